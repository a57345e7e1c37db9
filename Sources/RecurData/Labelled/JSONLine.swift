import RecurFiles

/// A line of JSON Lines.
enum JSONLine {
  private static let limits = JSONGate.Limits(
    byteCount: RecordScanner.largestRecord, depth: 16, valueCount: 1_000_000)

  /// The object on a line, nil where there is none.
  static func object(_ line: [UInt8]) -> JSONValue? {
    if case .success(let value) = parse(line) { value } else { nil }
  }

  /// The object on a line, or what is wrong.
  static func parse(_ line: [UInt8]) -> Result<JSONValue, Reason> {
    do throws(RecurError) {
      let value = try JSONGate.value(from: line, limits: limits, path: "")
      if value.members == nil { return .failure(Reason(text: "this is not an object of JSON")) }
      return .success(value)
    } catch {
      let byte = error.place?.byte.map { " at byte \($0)" } ?? ""
      return .failure(Reason(text: "this is not JSON: \(error.what)\(byte)"))
    }
  }

  /// Why a line cannot be used.
  struct Reason: Error { var text: String }

  /// A string, number or truth value as text; nil for anything else.
  static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let string)?: string
    case .integer(let integer)?: String(integer)
    case .number(let number)?: number.description
    case .bool(let bool)?: bool ? "true" : "false"
    default: nil
    }
  }

  /// The keys of some objects in the order in which they appear, and the values as rows of cells.
  static func table(_ objects: [JSONValue]) -> (keys: [String], rows: [[String]]) {
    var keys: [String] = []
    var known: Set<ExactKey> = []
    for member in objects.flatMap({ $0.members ?? [] })
    where keys.count < 1000 && known.insert(ExactKey(member.key)).inserted {
      keys.append(member.key)
    }
    return (keys, objects.map { object in keys.map { text(object[$0]) ?? "" } })
  }
}

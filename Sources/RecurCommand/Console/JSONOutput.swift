import Recur

/// Machine-readable results on standard output: one document with a `schema` that names its version.
enum JSONOutput {
  /// Prints a document.
  ///
  /// - Parameters:
  ///   - schema: What the document is: `recur.<name>/<version>`.
  ///   - members: What it holds.
  static func show(_ schema: String, _ members: [JSONValue.Member]) throws {
    let document = JSONValue.object([.init("schema", .string(schema))] + members.map(finite))
    try document.encodedForTerminal(pretty: true).withUnsafeBytes {
      try StandardStream.output.write($0)
    }
  }

  /// JSON has no number that is not finite; null stands for it.
  private static func finite(_ member: JSONValue.Member) -> JSONValue.Member {
    .init(member.key, finite(member.value))
  }

  private static func finite(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): number.isFinite ? value : .null
    case .array(let elements): .array(elements.map(finite))
    case .object(let members): .object(members.map(finite))
    default: value
    }
  }
}

extension JSONValue {
  /// A list of strings.
  static func strings(_ strings: [String]) -> JSONValue { .array(strings.map(JSONValue.string)) }
  /// A list of whole numbers.
  static func integers(_ integers: [Int]) -> JSONValue { .array(integers.map(JSONValue.integer)) }
  /// A number rounded to so many decimals: measurements do not have seventeen digits.
  static func rounded(_ value: Double, _ decimals: Int) -> JSONValue {
    guard value.isFinite, let rounded = Double(NumberText.fixed(value, decimals)) else {
      return .null
    }
    return .number(rounded)
  }
  /// A string, or null.
  static func optional(_ string: String?) -> JSONValue { string.map(JSONValue.string) ?? .null }
}

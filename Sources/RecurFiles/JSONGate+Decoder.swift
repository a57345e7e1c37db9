import FoundationEssentials

extension JSONGate {
  /// `JSONDecoder` on text that passed the check, with its errors in our words.
  struct Decoder {
    let bytes: [UInt8]
    let path: String
    /// Where the numbers stand, in rising order.
    let numbers: [Range<Int>]

    func decode<T: Decodable>(_ type: T.Type) throws(RecurError) -> T {
      do {
        return try attempt(type, bytes)
      } catch let failure {
        throw describe(failure, type)
      }
    }

    /// `JSONDecoder` reads `1.0` and `1e3` as integers. Nudged to the next number that is none, they
    /// still decode as floating point, and fail exactly where an integer is asked for.
    func requirePlainIntegers<T: Decodable>(
      _ type: T.Type, loose: [Range<Int>]
    ) throws(RecurError) {
      guard !loose.isEmpty else { return }
      if fails(type, replacing(loose) { nudged($0) }) {
        throw badNumber(type, among: loose) { nudged($0) }
      }
    }

    private func attempt<T: Decodable>(
      _ type: T.Type, _ bytes: [UInt8]
    ) throws -> T {
      try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Whether decoding fails on a number that does not fit its field.
    private func fails<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) -> Bool {
      do {
        _ = try attempt(type, bytes)
        return false
      } catch DecodingError.dataCorrupted(let context) {
        return context.codingPath.isEmpty
      } catch {
        return false
      }
    }

    private func describe<T: Decodable>(_ failure: any Error, _ type: T.Type) -> RecurError {
      func refuse(_ codingPath: [any CodingKey], _ what: String) -> RecurError {
        RecurError(
          .badData, "\(JSONGate.describe(codingPath)): \(what)", at: .init(path: path),
          hint: "correct or restore the file")
      }
      switch failure {
      case let error as RecurError: return error
      case DecodingError.typeMismatch(let type, let context):
        return refuse(context.codingPath, "this is not \(name(of: type))")
      case DecodingError.valueNotFound(let type, let context):
        return refuse(context.codingPath, "this is null instead of \(name(of: type))")
      case DecodingError.keyNotFound(let key, let context):
        return refuse(context.codingPath + [key], "it is missing")
      case DecodingError.dataCorrupted(let context):
        // The decoder does not say where a number does not fit; as JSON the text is sound.
        if context.codingPath.isEmpty, !fails(type, replacing(numbers) { _ in "0" }) {
          return badNumber(type, among: numbers, instead: nil)
        }
        return refuse(context.codingPath, context.debugDescription)
      default: return refuse([], "\(failure)")
      }
    }

    /// Finds the last number that makes decoding fail, by halving.
    ///
    /// - Parameter instead: what every number in question is replaced by to make it fail; nil where
    ///   it fails as it stands.
    private func badNumber<T: Decodable>(
      _ type: T.Type, among ranges: [Range<Int>], instead: ((String) -> String)?
    ) -> RecurError {
      var (low, high) = (0, ranges.count)
      while low + 1 < high {
        let middle = (low + high) / 2
        let failing: [UInt8]
        if let instead {
          failing = replacing(Array(ranges[middle...]), by: instead)
        } else {
          failing = replacing(Array(ranges[..<middle])) { _ in "0" }
        }
        if fails(type, failing) { low = middle } else { high = middle }
      }
      let range = ranges[low]
      let line = 1 + bytes[..<range.lowerBound].count { $0 == UInt8(ascii: "\n") }
      return RecurError(
        .badData, "the number \(text(range).prefix(40)) does not fit its field",
        at: .init(path: path, line: line, byte: range.lowerBound),
        hint: "integers are written without a point or an exponent, and within their range")
    }

    private func nudged(_ text: String) -> String {
      let value = Double(text) ?? 0
      if value == 0 { return "1e-300" }
      if value.magnitude >= 0x1p52 { return "0.5" }
      return (value > 0 ? value.nextDown : value.nextUp).description
    }

    private func text(_ range: Range<Int>) -> String {
      String(decoding: bytes[range], as: UTF8.self)
    }

    private func replacing(
      _ ranges: [Range<Int>], by replacement: (String) -> String
    ) -> [UInt8] {
      var output: [UInt8] = []
      output.reserveCapacity(bytes.count + 24 * ranges.count)
      var position = 0
      for range in ranges {
        output += bytes[position..<range.lowerBound]
        output += replacement(text(range)).utf8
        position = range.upperBound
      }
      output += bytes[position...]
      return output
    }

    private func name(of type: any Any.Type) -> String {
      switch type {
      case is String.Type: "a string"
      case is Bool.Type: "true or false"
      case is Double.Type, is Float.Type: "a number"
      case is any FixedWidthInteger.Type: "a plain integer"
      case is [String: Any].Type: "an object"
      case is [Any].Type: "an array"
      default: "a value of type \(type)"
      }
    }
  }
}

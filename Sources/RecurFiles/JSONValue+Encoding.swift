extension JSONValue {
  /// The value as JSON text in the order of its members: without escaped slashes, U+2028, U+2029,
  /// DEL and control characters escaped.
  ///
  /// - Parameter pretty: with line breaks, two spaces a level and a line feed at the end; otherwise
  ///   without any space.
  /// - Precondition: every number is finite.
  public func encoded(pretty: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(to: &output, pretty: pretty, depth: 0)
    if pretty { output.append(UInt8(ascii: "\n")) }
    return output
  }

  /// The same for a terminal: U+0080 to U+009F, which JSON leaves as they are and a terminal obeys, are
  /// escaped as well.
  package func encodedForTerminal(pretty: Bool = false) -> [UInt8] {
    var result: [UInt8] = []
    for byte in encoded(pretty: pretty) {
      if byte & 0xE0 == 0x80, result.last == 0xC2 {
        result.removeLast()
        result += "\\u00\(String(byte, radix: 16))".utf8
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private func write(to output: inout [UInt8], pretty: Bool, depth: Int) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let bool): output += (bool ? "true" : "false").utf8
    case .integer(let integer): output += String(integer).utf8
    case .number(let number):
      precondition(number.isFinite, "\(number) cannot be written as JSON")
      output += number.description.utf8
    case .string(let string): Self.write(string, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.breakLine(in: &output, pretty: pretty, depth: depth + 1)
        element.write(to: &output, pretty: pretty, depth: depth + 1)
      }
      if !elements.isEmpty { Self.breakLine(in: &output, pretty: pretty, depth: depth) }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.breakLine(in: &output, pretty: pretty, depth: depth + 1)
        Self.write(member.key, to: &output)
        output += (pretty ? ": " : ":").utf8
        member.value.write(to: &output, pretty: pretty, depth: depth + 1)
      }
      if !members.isEmpty { Self.breakLine(in: &output, pretty: pretty, depth: depth) }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func breakLine(in output: inout [UInt8], pretty: Bool, depth: Int) {
    guard pretty else { return }
    output.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { output += "  ".utf8 }
  }

  /// Writes a string with its quotes and escapes.
  static func write(_ string: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\"".utf8
      case "\\": output += "\\\\".utf8
      case "\n": output += "\\n".utf8
      case "\r": output += "\\r".utf8
      case "\t": output += "\\t".utf8
      case "\u{8}": output += "\\b".utf8
      case "\u{C}": output += "\\f".utf8
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
      default: output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

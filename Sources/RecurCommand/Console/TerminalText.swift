import RecurFiles

/// Text from a model or a file on its way to a terminal: what could steer the terminal is shown.
struct TerminalText {
  private let escapes: Bool

  /// Escapes on a terminal, unless raw text is asked for; elsewhere text stays as it is.
  init(for stream: StandardStream, raw: Bool) {
    escapes = !raw && stream.isTerminal
  }

  /// The text with every control but tab and line feed, and every bidirectional override, visible.
  func shown(_ text: String) -> String {
    guard escapes else { return text }
    return Self.escaped(text)
  }

  static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\n" && scalar != "\t" && DisplayText.isUnsafe(scalar)
  }
}

/// Text from outside (names, paths, file contents) made safe to show in a message.
public enum DisplayText {
  /// The text with every character that could steer a terminal or hide in a line written as
  /// `\u{…}`: C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides and
  /// isolates. At most `limit` scalars are kept, then an ellipsis follows.
  public static func escaped(_ text: String, limit: Int = 200) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit {
        result += "…"
        break
      }
      count += 1
      if isUnsafe(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a scalar may not reach a terminal as it is.
  public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0x200E, 0x200F, 0x061C: true
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

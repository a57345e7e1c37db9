extension String {
  /// How many columns a terminal gives the text, which has no controls.
  var columnCount: Int { reduce(0) { $0 + $1.columnCount } }
}

extension Character {
  /// Two for characters of East Asia and for pictures, none for marks and joiners that stand alone, one
  /// for others (UAX #11, with a picture of several scalars as one).
  fileprivate var columnCount: Int {
    if isASCII { return 1 }
    let isPicture =
      unicodeScalars.first?.properties.isEmojiPresentation == true
      || unicodeScalars.contains("\u{FE0F}")
    return isPicture ? 2 : unicodeScalars.reduce(0) { $0 + Self.columnCount(of: $1) }
  }

  private static func columnCount(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return switch scalar.value {
    // Vowels and final consonants of Hangul, which join the consonant before them.
    case 0x1160...0x11FF, 0xD7B0...0xD7FB: 0
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}

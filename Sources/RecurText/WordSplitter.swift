/// The words that linear models of texts count.
package enum WordSplitter {
  /// Calls `body` with each word of a text, in lower case and in order.
  ///
  /// Boundaries are those of UAX #29. What begins with a letter, a digit or an emoji is a word, and so
  /// are `!` and `?`, which say much about sentiment; spaces and other signs are dropped.
  package static func forEachWord(in text: String, _ body: (ArraySlice<UInt8>) -> Void) {
    let utf8 = Array(text.lowercased().utf8)
    var begin = 0
    for end in TextUnit.word.ends(in: utf8) {
      if isWord(utf8[begin..<end]) { body(utf8[begin..<end]) }
      begin = end
    }
  }

  private static func isWord(_ piece: ArraySlice<UInt8>) -> Bool {
    guard let first = piece.first else { return false }
    switch first {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "!"), UInt8(ascii: "?"):
      return true
    case 0..<0x80:
      return false
    default:
      guard let scalar = String(decoding: piece, as: UTF8.self).unicodeScalars.first else {
        return false
      }
      let properties = scalar.properties
      return properties.isAlphabetic || properties.numericType != nil
        || properties.isEmojiPresentation
    }
  }
}

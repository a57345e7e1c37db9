import CText

/// What a text can be cut into.
public enum TextUnit: String, CaseIterable, Sendable {
  /// Single bytes of UTF-8.
  case byte
  /// Code points.
  case character
  /// Extended grapheme clusters (UAX #29).
  case grapheme
  /// Words and what stands between them (UAX #29, with ICU's dictionaries for scripts that do not
  /// part words).
  case word
  /// Runs of letters, of digits and of signs, each with the space before it; a line feed ends a piece.
  /// An apostrophe may stand between letters, and a letter is every code point beyond ASCII that is
  /// not in a fixed list of signs. Subwords are learnt and found within these.
  case spacedWord
  /// Sentences (UAX #29).
  case sentence

  /// Where each piece of a text ends, as byte offsets; the pieces tile the text.
  ///
  /// The rules are those of the root locale: no setting of the machine changes them.
  ///
  /// - Parameter utf8: UTF-8; a byte that begins no well-formed sequence counts as a character.
  public func ends(in utf8: [UInt8]) -> [Int] {
    var result: [Int] = []
    let cursor = SegmentCursor(self)
    utf8.withUnsafeBufferPointer { buffer in
      cursor.forEachBatch(in: buffer) { _, ends in
        result.append(contentsOf: ends.lazy.map(Int.init))
      }
    }
    return result
  }

  /// The pieces of a text.
  public func pieces(of text: String) -> [String] {
    let utf8 = Array(text.utf8)
    var begin = 0
    return ends(in: utf8).map { end in
      defer { begin = end }
      return String(decoding: utf8[begin..<end], as: UTF8.self)
    }
  }

  var kind: ctext_kind {
    switch self {
    case .byte: CTEXT_BYTES
    case .character: CTEXT_CODE_POINTS
    case .grapheme: CTEXT_GRAPHEMES
    case .word: CTEXT_WORDS
    case .spacedWord: CTEXT_SPACED_WORDS
    case .sentence: CTEXT_SENTENCES
    }
  }
}

extension Segmentation {
  var unit: TextUnit {
    switch self {
    case .byte: .byte
    case .character: .character
    case .grapheme: .grapheme
    case .word: .word
    case .subword: .spacedWord
    }
  }
}

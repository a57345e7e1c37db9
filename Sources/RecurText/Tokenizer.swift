/// Turns text into token ids and back.
///
///     let tokenizer = Tokenizer(.grapheme, fitting: corpus)
///     let ids = tokenizer.encode(corpus)
///     tokenizer.decode(ids) == corpus.utf8
///
/// A text is folded and normalized where that was asked for, cut by UAX #29, and each piece is looked
/// up. A piece outside the vocabulary is written as its characters, and a character outside of it as
/// its bytes: encoding never fails, and without folding and normalization decoding gives back every
/// byte.
///
/// For subwords, a text is cut into words with the space before them, and in each the pairs that
/// byte-pair encoding has learnt are merged, in the order in which they were learnt; what is no
/// character of the vocabulary is written as its bytes.
///
/// Ids 0 to 255 are the byte tokens. The pieces follow: the most frequent first, those of the same
/// frequency in the order of their bytes; then the characters of pieces that did not get in,
/// in the same order. Subwords come after the characters instead, as they were learnt.
public struct Tokenizer: Sendable, Equatable {
  /// What the pieces are.
  public let segmentation: Segmentation
  /// The tokens.
  public let vocabulary: Vocabulary
  /// What subwords are made by; empty for the other kinds.
  let merges: MergeTable
  /// The normalization form that a text is brought into first.
  public let normalization: Normalization
  /// Whether case is folded first (full folding, for no locale in particular).
  public let caseFolding: Bool
  /// The fraction, from 0 to 1, of the pieces of the fitting corpus, as often as each occurs, that
  /// are in the vocabulary; for subwords, of its characters. 1 for an empty corpus and for bytes.
  public let coverage: Double
  /// The version of Unicode that the vocabulary was made with.
  public let unicodeVersion: UnicodeVersion

  /// A warning in one line where the vocabulary was made with another version of Unicode than the
  /// one in use: pieces may then be cut at other places. Nil for bytes, characters and
  /// subwords that are not normalized, which no version changes.
  public var versionWarning: String? {
    let current = UnicodeVersion.current
    let isFixed =
      segmentation != .grapheme && segmentation != .word && normalization == .none && !caseFolding
    if isFixed || unicodeVersion == current { return nil }
    return "the tokenizer was made with Unicode \(unicodeVersion.unicode) (ICU "
      + "\(unicodeVersion.icu)) and runs with Unicode \(current.unicode) (ICU \(current.icu)): "
      + "some texts may be cut at other places"
  }
}

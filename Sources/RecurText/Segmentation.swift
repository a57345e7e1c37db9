/// What a tokenizer's pieces are.
public enum Segmentation: String, CaseIterable, Codable, Sendable {
  /// Single bytes of UTF-8: 256 tokens for every text of the world.
  case byte
  /// Code points.
  case character
  /// Extended grapheme clusters (UAX #29): what a reader counts as characters.
  case grapheme
  /// Words and what stands between them (UAX #29): spaces and punctuation are pieces too, so that
  /// nothing is lost.
  case word
  /// Parts of words that byte-pair encoding has learnt: frequent words are one token, rare ones several.
  case subword
}

import RecurFiles
import RecurTensors
import RecurText

/// Numbers the runs of one to three words of a text that comes in parts.
///
/// A run's number is a hash of its words: that two runs share one happens about once in 4 billion.
package struct WordRuns: Sendable {
  /// The hash of the last word, and that of the last two; nil where there are no so many.
  private var (one, two): (UInt64?, UInt64?) = (nil, nil)

  /// Stands before the first word.
  package init() {}

  /// Calls `body` with the number of each run that ends in the next part of the text, which must not begin
  /// or end within a word.
  package mutating func forEachKey(in part: String, _ body: (UInt32) -> Void) {
    var (one, two) = (one, two)
    WordSplitter.forEachWord(in: part) { word in
      let hash = ContentHash.of(word)
      let single = SeededGenerator.mixed(hash)
      let pair = one.map { SeededGenerator.mixed($0 &+ hash) }
      body(Self.key(single))
      if let pair { body(Self.key(pair)) }
      if let two { body(Self.key(SeededGenerator.mixed(two &+ hash))) }
      (one, two) = (single, pair)
    }
    (self.one, self.two) = (one, two)
  }

  private static func key(_ hash: UInt64) -> UInt32 { UInt32(hash >> 32) }
}

/// Encodes the words of one text, each word once as long as there is room to keep it.
struct SubwordEncoder {
  /// The longest word that is kept, in bytes.
  private static let longestWord = 64
  /// How many words are kept: when there are more, all are forgotten.
  private static let wordLimit = 1 << 16

  private let tokenizer: Tokenizer
  private var words = PieceTable()
  /// The tokens of the words that are kept, one word after another.
  private var ids: [Int32] = []
  /// Where the tokens of each word end.
  private var ends: [Int] = []

  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Calls `body` with the tokens of a word.
  mutating func encode(
    _ word: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<Int32>) -> Void
  ) {
    if word.count > Self.longestWord {
      var long: [Int32] = []
      tokenizer.appendSubwords(of: word, to: &long)
      long.withUnsafeBufferPointer(body)
      return
    }
    if ends.count == Self.wordLimit {
      words = PieceTable()
      ids.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
    }
    let number = Int(words.add(word))
    if number == ends.count {
      tokenizer.appendSubwords(of: word, to: &ids)
      ends.append(ids.count)
    }
    let begin = number == 0 ? 0 : ends[number - 1]
    ids.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[begin..<ends[number]])) }
  }
}

extension Tokenizer {
  /// Appends the tokens of a word.
  fileprivate func appendSubwords(
    of word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]
  ) {
    let begin = ids.count
    appendCharacters(of: word, to: &ids)
    merges.apply(to: &ids, from: begin)
  }
}

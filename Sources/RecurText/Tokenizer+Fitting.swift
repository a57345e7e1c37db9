extension Tokenizer {
  /// The most tokens of a subword tokenizer where nothing else is said.
  public static let defaultSubwordVocabulary = 8000

  /// Learns the vocabulary of a corpus.
  ///
  /// - Parameters:
  ///   - segmentation: what the pieces are.
  ///   - corpus: the text to learn from. It may be empty; then only the byte tokens are there.
  ///   - maximumVocabulary: the most tokens, the 256 byte tokens included (fewer than those there
  ///     never are); nil for no limit, and for `defaultSubwordVocabulary` with subwords. Where words or graphemes must stay outside, at most a quarter
  ///     of the rest is kept for the characters that they are then written in.
  ///   - minimumCount: how often a piece must occur to get in. With subwords, how often a character
  ///     must, and a pair to be merged, for which 2 is the least.
  ///   - normalization: the form that texts are brought into first.
  ///   - caseFolding: whether case is folded first.
  public init(
    _ segmentation: Segmentation, fitting corpus: Corpus, maximumVocabulary: Int? = nil,
    minimumCount: Int = 1, normalization: Normalization = .none, caseFolding: Bool = false
  ) {
    self.segmentation = segmentation
    self.normalization = normalization
    self.caseFolding = caseFolding
    unicodeVersion = .current
    guard segmentation != .byte else {
      vocabulary = Vocabulary(pieces: [])
      merges = .none
      coverage = 1
      return
    }
    let counted = PieceTable()
    let cursor = SegmentCursor(segmentation.unit)
    corpus.utf8.withUnsafeBufferPointer { source in
      Self.forEachChunk(
        of: source, normalization: normalization, caseFolding: caseFolding
      ) { text, _ in
        cursor.forEachBatch(in: text.utf8) { begin, ends in
          counted.addAll(text.utf8, from: begin, ends: ends)
        }
      }
    }
    let limit = segmentation == .subword ? Self.defaultSubwordVocabulary : Vocabulary.maximumCount
    let room =
      max(min(maximumVocabulary ?? limit, Vocabulary.maximumCount), Vocabulary.byteTokenCount)
      - Vocabulary.byteTokenCount
    if segmentation == .subword {
      let trainer = SubwordTrainer(fitting: counted, room: room, minimumCount: minimumCount)
      vocabulary = Vocabulary(pieces: trainer.pieces)
      merges = trainer.mergeTable
      coverage = trainer.coverage
      return
    }
    let choice = VocabularyChoice(
      from: counted, room: room, minimumCount: minimumCount,
      keepingCharacters: segmentation != .character)
    vocabulary = Vocabulary(pieces: choice.pieces)
    merges = .none
    coverage = choice.coverage
  }
}

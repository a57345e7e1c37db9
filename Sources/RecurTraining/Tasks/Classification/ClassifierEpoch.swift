/// What one epoch trains on, in batches: every text, and the excerpts of that epoch besides.
struct ClassifierEpoch {
  /// Its number.
  let number: Int
  private let batches: [[Int]]
  private let textCount: Int
  private let excerpts: [TextExcerpts.Excerpt]

  /// What a place in a batch holds.
  enum Example {
    case text(Int)
    case excerpt(TextExcerpts.Excerpt)
  }

  /// Draws an epoch.
  ///
  /// - Parameters:
  ///   - lengths: The tokens of each text.
  ///   - byteCounts: The bytes of each text, which tell about how many tokens an excerpt has.
  init(
    number: Int, lengths: [Int], byteCounts: [Int], excerpts: TextExcerpts, batches: LengthBatches
  ) {
    self.number = number
    textCount = lengths.count
    self.excerpts = excerpts.excerpts(ofEpoch: number)
    let excerptLengths = self.excerpts.map {
      lengths[$0.text] * $0.range.count / max(1, byteCounts[$0.text])
    }
    self.batches = batches.batches(of: lengths + excerptLengths, epoch: number)
  }

  /// What a batch consists of.
  func examples(ofBatch index: Int) -> [Example] {
    batches[index].map { $0 < textCount ? .text($0) : .excerpt(excerpts[$0 - textCount]) }
  }
}

import RecurTensors

/// Batches of texts of similar length, so that little of a batch is padding.
///
/// In each epoch the texts are shuffled and taken in pools of some batches; in a pool they are sorted
/// by length and cut into batches; then the batches of all pools are shuffled. All of it follows from the
/// seed and the number of the epoch.
struct LengthBatches {
  /// Batches in a pool.
  private static let poolSize = 50

  let batchSize: Int
  let seed: UInt64

  /// Batches of so many texts; the last one of the last pool may be smaller than the others.
  func count(of textCount: Int) -> Int { (textCount + batchSize - 1) / batchSize }

  /// The texts of each batch of an epoch.
  ///
  /// - Parameter lengths: The length of each text, (N).
  func batches(of lengths: [Int], epoch: Int) -> [[Int]] {
    var generator = SeededGenerator(
      seed: SeededGenerator.mixed(seed ^ 0x6570_6f63_6873) &+ UInt64(epoch))
    let order = lengths.indices.shuffled(using: &generator)
    let pool = Self.poolSize * batchSize
    var batches: [[Int]] = []
    for begin in stride(from: 0, to: order.count, by: pool) {
      let texts = order[begin..<min(begin + pool, order.count)].enumerated()
        .sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }
        .map(\.element)
      for first in stride(from: 0, to: texts.count, by: batchSize) {
        batches.append(Array(texts[first..<min(first + batchSize, texts.count)]))
      }
    }
    return batches.shuffled(using: &generator)
  }
}

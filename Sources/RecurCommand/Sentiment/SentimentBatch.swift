import Recur

/// Rows that are scored side by side: so many, or so much text, that memory stays small.
struct SentimentBatch {
  private static let largestCount = 1024
  private static let largestByteCount = 4 << 20

  private var rows: [LabelledText] = []
  private var byteCount = 0

  var isFull: Bool { rows.count >= Self.largestCount || byteCount >= Self.largestByteCount }

  mutating func append(_ row: LabelledText) {
    rows.append(row)
    byteCount += row.text.utf8.count
  }

  /// Scores the rows, writes them in their order with one call, and begins anew.
  mutating func score(
    by model: SentimentModel, _ results: SentimentOutput, _ emit: ([UInt8]) throws -> Void
  ) throws {
    if rows.isEmpty { return }
    let scores = model.scores(of: rows.map(\.text))
    var output: [UInt8] = []
    for (row, score) in zip(rows, scores) {
      output += results.line(row.text, id: row.id, score)
    }
    rows.removeAll(keepingCapacity: true)
    byteCount = 0
    try emit(output)
  }
}

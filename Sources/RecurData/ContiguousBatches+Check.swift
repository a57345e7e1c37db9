public import RecurFiles

extension ContiguousBatches {
  /// Explains why a stream is too short to be cut, before `init` would insist on it.
  ///
  /// Data that fill at least one window in each track are enough.
  ///
  /// - Parameters:
  ///   - count: how many tokens there are.
  ///   - batchSize: B.
  ///   - windowLength: T.
  ///   - unit: what the tokens are called in the message, in the plural.
  ///   - path: the file that they come from, where there is one.
  /// - Throws: `.usage` for sizes below 1 or beyond reason, `.badData` for data that are too short.
  public static func check(
    count: Int, batchSize: Int, windowLength: Int, unit: String = "tokens", path: String? = nil
  ) throws(RecurError) {
    let limit = 1 << 24
    for (value, flag) in [(batchSize, "--batch-size"), (windowLength, "--window")]
    where value < 1 || value > limit {
      throw RecurError(
        .usage, "\(flag) is \(value)", hint: "give a value from 1 to \(limit) for \(flag)")
    }
    // A prediction needs the token before it: one token more than the steps of all tracks.
    if count > batchSize * windowLength { return }
    let needed = batchSize * windowLength + 1
    let fitting = Swift.max((count - 1) / batchSize, 0)
    let advice =
      fitting > 0
      ? "lower --window to \(fitting) or less, or lower --batch-size, or give more data"
      : "lower --window and --batch-size, or give more data (\(needed) \(unit))"
    throw RecurError(
      .badData,
      "\(count) \(unit) are fewer than one window of \(windowLength) in each of \(batchSize) tracks",
      at: path.map { .init(path: $0) }, hint: advice)
  }
}

public import RecurFiles

/// Dense features, such as the last state of a frozen language model on each of N texts, and which of
/// two classes each text has.
public struct LabelledFeatures: Sendable {
  /// One row for each text, (N, D).
  public let features: [Float]
  /// 0 or 1, (N).
  public let labels: [Int]
  /// D.
  public let width: Int

  /// Puts features and labels together.
  ///
  /// - Parameters:
  ///   - features: Row by row, (N, D).
  ///   - labels: 0 or 1, (N).
  ///   - width: D, at least 1.
  /// - Throws: `.badData` where there is no text, a label is neither 0 nor 1 or a feature not finite.
  public init(features: [Float], labels: [Int], width: Int) throws(RecurError) {
    precondition(
      width >= 1 && features.count == labels.count * width,
      "\(features.count) features for (\(labels.count), \(width))")
    try ClassLabels.check(labels, classCount: 2)
    if let position = features.firstIndex(where: { !$0.isFinite }) {
      throw RecurError(
        .badData,
        "text \(position / width) has \(features[position]) in feature \(position % width)",
        hint: "the model that made the features is broken; train it again")
    }
    self.features = features
    self.labels = labels
    self.width = width
  }

  /// N.
  public var count: Int { labels.count }
}

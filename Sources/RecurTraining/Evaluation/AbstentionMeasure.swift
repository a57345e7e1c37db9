/// What is left where a classifier says nothing about texts that it is not sure of
/// (selective classification, El-Yaniv and Wiener 2010).
public struct AbstentionMeasure: Sendable, Equatable, Codable {
  /// Texts whose greatest probability is below this get no answer.
  public var threshold: Double
  /// The fraction of texts that get one.
  public var coverage: Double
  /// The fraction of the answers that is right; nil where there is none.
  public var accuracy: Double?

  /// Measures one threshold.
  init(of scored: ScoredLabels, below threshold: Double) {
    var kept = 0
    var correct = 0
    for (row, confidence) in scored.confidences.enumerated() where confidence >= threshold {
      kept += 1
      if scored.predictions[row] == scored.labels[row] { correct += 1 }
    }
    self.threshold = threshold
    coverage = Double(kept) / Double(scored.labels.count)
    accuracy = kept == 0 ? nil : Double(correct) / Double(kept)
  }
}

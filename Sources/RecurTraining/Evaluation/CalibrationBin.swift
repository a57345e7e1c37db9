/// The texts whose confidence (the greatest probability of a row) lies in one stretch.
public struct CalibrationBin: Sendable, Equatable, Codable {
  /// How many bins there are, of equal width; bin k holds confidences above k/15 up to (k + 1)/15.
  public static let binCount = 15

  /// Texts in the bin.
  public var count: Int
  /// Their mean confidence; 0 where there is none.
  public var confidence: Double
  /// The fraction of them that is right; 0 where there is none.
  public var accuracy: Double

  /// How far confidence and accuracy are apart; above 0 also where the classifier is too modest.
  public var gap: Double { abs(accuracy - confidence) }

  /// Sorts texts into the bins.
  static func bins(of scored: ScoredLabels) -> [CalibrationBin] {
    var counts = [Int](repeating: 0, count: binCount)
    var correct = counts
    var sums = [Double](repeating: 0, count: binCount)
    for (row, confidence) in scored.confidences.enumerated() {
      let bin = min(max(Int((confidence * Double(binCount)).rounded(.up)) - 1, 0), binCount - 1)
      counts[bin] += 1
      sums[bin] += confidence
      if scored.predictions[row] == scored.labels[row] { correct[bin] += 1 }
    }
    return counts.indices.map { bin in
      let count = Double(max(counts[bin], 1))
      return CalibrationBin(
        count: counts[bin], confidence: sums[bin] / count, accuracy: Double(correct[bin]) / count)
    }
  }
}

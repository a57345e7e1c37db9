import RecurFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Labels beside the probabilities that a classifier gave, checked once for all measures.
struct ScoredLabels {
  let labels: [Int]  // (N)
  let probabilities: [Float]  // (N, C)
  let classCount: Int
  /// The class of the greatest probability; the first of equals.
  let predictions: [Int]  // (N)
  /// The greatest probability.
  let confidences: [Double]  // (N)

  /// - Throws: `.badData`; see `ClassificationReport`.
  init(labels: [Int], probabilities: [Float], classCount: Int) throws(RecurError) {
    precondition(classCount >= 2, "\(classCount) classes")
    precondition(
      probabilities.count == labels.count * classCount,
      "\(probabilities.count) probabilities for (\(labels.count), \(classCount))")
    try ClassLabels.check(labels, classCount: classCount)
    var predictions: [Int] = []
    var confidences: [Double] = []
    for row in labels.indices {
      var sum = 0.0
      var best = 0
      for column in 0..<classCount {
        let probability = probabilities[row * classCount + column]
        guard probability >= 0 else {
          throw RecurError(
            .badData, "text \(row) has the probability \(probability) for class \(column)",
            hint: "probabilities are from 0 to 1")
        }
        sum += Double(probability)
        if probability > probabilities[row * classCount + best] { best = column }
      }
      guard abs(sum - 1) <= 1e-3 else {
        throw RecurError(
          .badData, "the probabilities of text \(row) sum to \(sum)",
          hint: "give probabilities that sum to 1, not logits")
      }
      predictions.append(best)
      confidences.append(Double(probabilities[row * classCount + best]))
    }
    self.labels = labels
    self.probabilities = probabilities
    self.classCount = classCount
    self.predictions = predictions
    self.confidences = confidences
  }

  /// How many texts of each label were taken for each class, (C, C).
  var confusion: [[Int]] {
    var matrix = [[Int]](
      repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (label, prediction) in zip(labels, predictions) { matrix[label][prediction] += 1 }
    return matrix
  }

  /// The mean of -log p of the label, in nats.
  var logLoss: Double {
    var sum = 0.0
    for (row, label) in labels.enumerated() {
      // The rounding of 1 in double precision is the floor, as in scikit-learn.
      sum -= log(max(Double(probabilities[row * classCount + label]), 0x1p-52))
    }
    return sum / Double(labels.count)
  }

  /// The mean squared error: of class 1 where there are two classes, else summed over the classes.
  var brierScore: Double {
    var sum = 0.0
    for (row, label) in labels.enumerated() {
      for column in (classCount == 2 ? 1 : 0)..<classCount {
        let error = Double(probabilities[row * classCount + column]) - (column == label ? 1 : 0)
        sum += error * error
      }
    }
    return sum / Double(labels.count)
  }

  /// The area of class 1 of two classes, else the mean of the classes that occur; nil where only one
  /// class occurs.
  var areaUnderROC: Double? {
    let columns = classCount == 2 ? 1..<2 : 0..<classCount
    let areas = columns.compactMap { areaUnderROC(of: $0) }
    return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
  }

  /// The area of one class against the rest, by the sum of ranks (Mann and Whitney, 1947); texts of
  /// equal probability share their middle rank.
  private func areaUnderROC(of column: Int) -> Double? {
    let ascending = labels.indices
      .map { (score: probabilities[$0 * classCount + column], isPositive: labels[$0] == column) }
      .sorted { $0.score < $1.score }
    let positives = ascending.count { $0.isPositive }
    let negatives = ascending.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    var rankSum = 0.0
    var begin = 0
    while begin < ascending.count {
      var end = begin
      var tied = 0
      while end < ascending.count, ascending[end].score == ascending[begin].score {
        tied += ascending[end].isPositive ? 1 : 0
        end += 1
      }
      rankSum += Double(tied) * Double(begin + 1 + end) / 2
      begin = end
    }
    let least = Double(positives) * Double(positives + 1) / 2
    return (rankSum - least) / (Double(positives) * Double(negatives))
  }
}

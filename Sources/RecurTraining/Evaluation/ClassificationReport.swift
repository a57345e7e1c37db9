public import RecurFiles

/// How well a classifier did on N labelled texts.
///
/// What is 0 / 0 is 0 where scikit-learn says 0 (the precision of a class that is never predicted, the
/// recall of one that never occurs) and nil where no number would be honest.
public struct ClassificationReport: Sendable, Equatable, Codable {
  /// N.
  public var count: Int
  /// The fraction of texts whose label has the greatest probability; among equals the first class
  /// counts.
  public var accuracy: Double
  /// The middle 95 % of the accuracies of 1,000 resamples of the N texts (percentile bootstrap, Efron
  /// 1979). It is a point where all or none is right.
  public var accuracyInterval: ClosedRange<Double>
  /// The mean F1 of the classes that occur or are predicted.
  public var macroF1: Double
  /// Precision, recall and F1 of each class.
  public var classes: [ClassMeasure]
  /// The probability that a text of a class gets more for that class than a text of another, ties
  /// counting half. Two classes: of class 1. More: the mean over the classes that occur, each
  /// against the rest. Nil where only one class occurs.
  public var areaUnderROC: Double?
  /// The mean of -log p of the label, in nats; a p below 2⁻⁵² counts as 2⁻⁵².
  public var logLoss: Double
  /// The mean distance between confidence and accuracy, over bins weighted by their texts
  /// (Guo and others, 2017).
  public var expectedCalibrationError: Double
  /// The mean squared error of the probabilities. Two classes: of class 1, from 0 to 1. More: summed
  /// over the classes, from 0 to 2. So does scikit-learn.
  public var brierScore: Double
  /// How many texts of each label (outer) were taken for each class (inner), (C, C); empty in the files of a
  /// run of more than 1,000 classes.
  public var confusion: [[Int]]
  /// The 15 bins of the calibration error.
  public var calibration: [CalibrationBin]
  /// What abstaining below each threshold would keep, in the order of the thresholds.
  public var abstentions: [AbstentionMeasure]

  enum CodingKeys: String, CodingKey {
    case count, accuracy
    case accuracyInterval = "accuracy_interval"
    case macroF1 = "macro_f1"
    case classes
    case areaUnderROC = "roc_auc"
    case logLoss = "log_loss"
    case expectedCalibrationError = "expected_calibration_error"
    case brierScore = "brier_score"
    case confusion, calibration, abstentions
  }

  /// Measures probabilities against labels.
  ///
  /// - Parameters:
  ///   - labels: The class of each text, from 0 to C - 1, (N).
  ///   - probabilities: What the classifier gave, (N, C) row by row; each row sums to 1.
  ///   - classCount: C, at least 2.
  ///   - thresholds: Confidences below which to abstain.
  ///   - seed: Of the resamples.
  /// - Throws: `.badData` where there is no text, a label is not a class, or a row holds something
  ///   other than probabilities that sum to 1 within 0.001.
  public init(
    labels: [Int], probabilities: [Float], classCount: Int, thresholds: [Double] = [],
    seed: UInt64 = 0
  ) throws(RecurError) {
    let scored = try ScoredLabels(
      labels: labels, probabilities: probabilities, classCount: classCount)
    let confusion = scored.confusion
    let correct = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
    count = labels.count
    accuracy = Double(correct) / Double(count)
    accuracyInterval = BootstrapInterval.ofFraction(correct, of: count, seed: seed)
    let classes = confusion.indices.map { ClassMeasure(of: $0, in: confusion) }
    let present = classes.filter { $0.support > 0 || $0.predictedCount > 0 }
    macroF1 = present.reduce(0) { $0 + $1.f1 } / Double(present.count)
    self.classes = classes
    areaUnderROC = scored.areaUnderROC
    logLoss = scored.logLoss
    brierScore = scored.brierScore
    calibration = CalibrationBin.bins(of: scored)
    expectedCalibrationError = calibration.reduce(0) { sum, bin in
      sum + Double(bin.count) / Double(labels.count) * bin.gap
    }
    self.confusion = confusion
    abstentions = thresholds.map { AbstentionMeasure(of: scored, below: $0) }
  }
}

/// How good a classifier is on what is held out, calibrated.
public struct ClassifierReport: TaskReport {
  /// The measures of the calibrated probabilities.
  public var classification: ClassificationReport
  /// What the logits are divided by: the temperature that gave the held-out texts the least log loss.
  public var temperature: Double
  /// What the term of the n-grams is multiplied by; nil without one.
  public var ngramScale: Double?
  /// The log loss of the network without calibration, in nats for each text.
  public var uncalibratedLogLoss: Double

  /// The log loss after calibration: what a user of the probabilities gets. Accuracy alone would call
  /// many models equal.
  public var selectionLoss: Double { classification.logLoss }
  /// The log loss after calibration.
  public var curveLoss: Double { classification.logLoss }

  /// The report without the confusion matrix.
  public var abridged: ClassifierReport {
    var report = self
    report.classification.confusion = []
    return report
  }

  enum CodingKeys: String, CodingKey {
    case classification, temperature
    case ngramScale = "ngram_scale"
    case uncalibratedLogLoss = "uncalibrated_log_loss"
  }

  /// Accuracy, macro-F1, log losses, calibration error, temperature, and whether it is the best.
  public func record(isBest: Bool) -> any Encodable & Sendable {
    Record(
      accuracy: classification.accuracy, macroF1: classification.macroF1,
      logLoss: classification.logLoss, uncalibratedLogLoss: uncalibratedLogLoss,
      expectedCalibrationError: classification.expectedCalibrationError,
      temperature: temperature, ngramScale: ngramScale, texts: classification.count, isBest: isBest)
  }

  private struct Record: Encodable, Sendable {
    var accuracy: Double
    var macroF1: Double
    var logLoss: Double
    var uncalibratedLogLoss: Double
    var expectedCalibrationError: Double
    var temperature: Double
    var ngramScale: Double?
    var texts: Int
    var isBest: Bool

    enum CodingKeys: String, CodingKey {
      case accuracy
      case macroF1 = "macro_f1"
      case logLoss = "log_loss"
      case uncalibratedLogLoss = "uncalibrated_log_loss"
      case expectedCalibrationError = "expected_calibration_error"
      case temperature
      case ngramScale = "ngram_scale"
      case texts
      case isBest = "is_best"
    }
  }
}

/// An evaluation during a training.
public struct TrainingEvaluation<Report: TaskReport>: Sendable {
  /// Steps done.
  public var step: Int
  /// Epochs begun.
  public var epoch: Int
  /// The mean loss of training since the evaluation before, in nats per token,
  /// or per text of a classifier.
  public var trainingLoss: Double?
  /// The accuracy of training since the evaluation before; nil for a language model.
  public var trainingAccuracy: Double?
  /// What was measured.
  public var report: Report
  /// Whether no evaluation before was as good.
  public var isBest: Bool
  /// How long it took.
  public var seconds: Double
}

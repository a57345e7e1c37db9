/// An evaluation during a training.
public struct TrainingEvaluation: Sendable {
  /// Steps done.
  public var step: Int
  /// Epochs begun.
  public var epoch: Int
  /// The mean loss of training since the evaluation before, in nats per token.
  public var trainingLoss: Double?
  /// What was measured.
  public var report: EvaluationReport
  /// Whether no evaluation before was as good.
  public var isBest: Bool
  /// How long it took.
  public var seconds: Double
}

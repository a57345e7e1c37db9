/// What one training step did.
public struct StepReport: Sendable, Equatable {
  /// The number of the step, from 1.
  public var step: Int
  /// The objective before the update: for a language model the mean nats per token.
  public var loss: Double
  /// The norm of all gradients together, before clipping.
  public var gradientNorm: Double
  /// The learning rate of the update.
  public var learningRate: Double
  /// Whether the gradient was made smaller because of its norm.
  public var isClipped: Bool
}

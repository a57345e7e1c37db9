/// A step of a training, as a person who waits sees it.
public struct TrainingProgress: Sendable {
  /// The epoch that the step belongs to, from 1.
  public var epoch: Int
  /// The number of the step, from 1.
  public var step: Int
  /// Steps of the whole run; nil where the clock ends it.
  public var totalSteps: Int?
  /// The part of the run that is over, from 0 to 1.
  public var fraction: Double
  /// The loss of the step, in nats per token, or per text of a classifier.
  public var loss: Double
  /// A running mean of the loss, in the same.
  public var smoothedLoss: Double
  /// The running mean in bits per character; nil for a classifier.
  public var bitsPerCharacter: Double?
  /// A running mean of the accuracy; nil for a language model.
  public var accuracy: Double?
  /// The learning rate of the step.
  public var learningRate: Double
  /// The norm of the gradient before clipping.
  public var gradientNorm: Double
  /// Characters trained on in a second, evaluations apart.
  public var charactersPerSecond: Double
  /// Seconds since the beginning, those before a resume included.
  public var elapsed: Double
  /// Seconds that are left, estimated; nil for the first few steps.
  public var remaining: Double?
}

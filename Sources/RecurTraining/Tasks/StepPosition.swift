/// Where in a run a step is.
public struct StepPosition: Sendable {
  /// Epochs done.
  public var epoch: Int
  /// Steps of this epoch that are done.
  public var window: Int
  /// The part of the run that is over, from 0 to 1.
  public var progress: Double
  /// The learning rate of the step.
  public var learningRate: Double
}

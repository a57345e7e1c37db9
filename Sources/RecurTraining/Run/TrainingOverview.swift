/// What a training begins with.
public struct TrainingOverview<Configuration: Sendable>: Sendable {
  /// The model.
  public var configuration: Configuration
  /// Its trainable numbers.
  public var parameterCount: Int
  /// What is trained on.
  public var data: TaskOverview
  /// Steps of one pass over the data.
  public var stepsPerEpoch: Int
  /// Steps of the whole run; nil where the clock ends it.
  public var totalSteps: Int?
  /// How long the run is.
  public var duration: TrainingDuration
  /// Steps between evaluations.
  public var evaluationInterval: Int
  /// Steps that a checkpoint already has behind it; 0 for a new run.
  public var resumedStep: Int
  /// The kernels in use.
  public var kernels: String
  /// Threads in use.
  public var threadCount: Int
  /// What the run will take of memory, estimated.
  public var memory: MemoryEstimate
}

public import RecurModels

/// What a training begins with.
public struct TrainingOverview: Sendable {
  /// The model.
  public var configuration: LanguageModelConfiguration
  /// Its trainable numbers.
  public var parameterCount: Int
  /// Tokens that are trained on.
  public var trainingTokenCount: Int
  /// Characters (code points) that are trained on.
  public var trainingCharacterCount: Int
  /// Tokens that are held out.
  public var validationTokenCount: Int
  /// The part of the pieces of the training text that the vocabulary has.
  public var coverage: Double
  /// Steps of one pass over the text.
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

public import RecurCore
public import RecurFiles
public import RecurGradients
public import RecurText

/// What a run trains: a model and its data, one step at a time.
///
/// A run (`TrainingRun`) is the loop around it: steps, evaluations, checkpoints, metrics, early
/// stopping, the directory. A step follows from the options, the data, the model and the position in
/// the run alone, so that a run resumes to the same bits.
public protocol TrainingTask {
  /// The settings.
  associatedtype Options: TaskOptions
  /// What is trained.
  associatedtype Model: Module
  /// What `config.json` says of the model.
  associatedtype Configuration: Encodable & Sendable
  /// What an evaluation measures.
  associatedtype Report: TaskReport

  /// The name of the command that starts such a run, `recur train <name>`.
  static var name: String { get }

  /// The settings.
  var options: Options { get }
  /// The model's.
  var configuration: Configuration { get }
  /// The tokenizer of the texts.
  var tokenizer: Tokenizer { get }
  /// What is trained on.
  var overview: TaskOverview { get }
  /// The files that the texts came from, and behind them those of a model that this one begins with.
  var sources: [TrainingData.Source] { get }
  /// The SHA-256 of all that is trained on and of how it was parted.
  var dataSHA256: String { get }
  /// What a person should know of the data, each in one line.
  var warnings: [String] { get }
  /// Steps of one pass over the data.
  var stepsPerEpoch: Int { get }
  /// Whether anything is held out.
  var hasValidation: Bool { get }
  /// What flows from step to step besides the weights; nil at the start of an epoch and for tasks
  /// whose steps are independent.
  var carry: Carry? { get set }

  /// A model that has done no step.
  func makeModel() throws(RecurError) -> Model

  /// What a training takes of memory.
  ///
  /// - Parameter optimizerStates: Tensors that the optimizer keeps for each parameter.
  func memory(optimizerStates: Int) -> MemoryEstimate

  /// Does one step.
  mutating func step(
    _ model: inout Model, at position: StepPosition, with trainer: inout Trainer
  ) throws(RecurError) -> TaskStep

  /// Measures a model on what is held out.
  ///
  /// - Returns: nil where `isCancelled` was true before the end.
  func evaluate(
    _ model: Model, isCancelled: () -> Bool
  ) throws(RecurError) -> Report?

  /// What the model produces by itself after a number of steps; nil for nothing.
  func sample(of model: Model, step: Int) -> String?

  /// The mean loss of a step in bits for each character; nil where that has no sense.
  func bitsPerCharacter(_ loss: Double) -> Double?

  /// Writes the model directory.
  ///
  /// - Parameter outcome: What is known of the run.
  mutating func write(
    _ model: Model, _ outcome: TaskOutcome<Report>, to path: String
  ) throws(RecurError)
}

extension TrainingTask {
  /// Nothing.
  public var carry: Carry? {
    get { nil }
    set {}
  }

  /// Nothing.
  public func sample(of model: Model, step: Int) -> String? { nil }

  /// Nothing.
  public func bitsPerCharacter(_ loss: Double) -> Double? { nil }
}

/// Why a training ended.
public enum TrainingEnding: String, Sendable {
  /// All of it is done.
  case completed
  /// The validation loss did not improve any more.
  case stoppedEarly
  /// Somebody asked for it; `--resume` goes on.
  case stopped
}

/// What a training came to.
public struct TrainingSummary<Report: TaskReport>: Sendable {
  /// Why it ended.
  public var ending: TrainingEnding
  /// Steps done, those before a resume included.
  public var stepCount: Int
  /// Passes over the data, the last one counted as far as it went.
  public var epochCount: Double
  /// Seconds, those before a resume included.
  public var seconds: Double
  /// Characters trained on in a second, evaluations apart; 0 where no step was done.
  public var charactersPerSecond: Double
  /// A running mean of the training loss at the end, in nats per token or text; nil where no
  /// step was done.
  public var trainingLoss: Double?
  /// The best evaluation; nil without one.
  public var best: Report?
  /// The step of the best evaluation.
  public var bestStep: Int?
  /// The last evaluation; nil without one.
  public var last: Report?
  /// The directory of the model: the best one, or the last where nothing was evaluated.
  public var modelPath: String
  /// The newest checkpoint; nil where there is none.
  public var checkpointPath: String?
  /// The trainable numbers of the model.
  public var parameterCount: Int
  /// Validation losses in order, in nats per character or text: the learning curve.
  public var validationCurve: [Double]
}

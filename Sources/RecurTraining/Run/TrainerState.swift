/// All of a run's state that is not a tensor: what `trainer_state.json` of a checkpoint holds.
///
/// The random streams need no more than this: dropout and samples are drawn from the seed and the
/// number of the step.
struct TrainerState<Task: TrainingTask>: Codable, Sendable {
  /// A sum of training losses that has not been reported yet.
  struct LossSum: Codable, Sendable, Equatable {
    var nats = 0.0
    /// Losses that were summed: of tokens, or of texts.
    var tokens = 0
    /// How many of them stand for a right answer; nil where that has no sense.
    var correct: Int?

    var mean: Double? { tokens > 0 ? nats / Double(tokens) : nil }
    var accuracy: Double? {
      correct.flatMap { tokens > 0 ? Double($0) / Double(tokens) : nil }
    }

    mutating func add(_ step: TaskStep) {
      nats += step.report.loss * Double(step.count)
      tokens += step.count
      correct = step.correct.map { (correct ?? 0) + $0 } ?? correct
    }
  }

  /// An evaluation, as it stands in `log_history`.
  struct LoggedEvaluation: Codable, Sendable {
    var step: Int
    var report: Task.Report
  }

  static var currentFormat: Int { 1 }

  var formatVersion = Self.currentFormat
  /// The kind of the run; nil stands for `lm`.
  var task: String?
  var runID: String
  /// Steps done.
  var globalStep = 0
  /// Epochs done.
  var epoch = 0
  /// The window that comes next.
  var window = 0
  /// Seconds of the run so far, what prepared it included.
  var elapsedSeconds = 0.0
  /// Those before the first step: of a stage before it, and of what prepared the run.
  var secondsBefore: Double?
  /// Where the clock ends the run, the part of it that was over at the last step.
  var progress: Double?
  /// Watches the validation loss for early stopping.
  var validation = PlateauState()
  /// Watches the validation loss for the schedule.
  var plateau = PlateauState()
  /// The step of the last evaluation, or of what takes its place without a held-out text.
  var evaluatedStep = 0
  var bestStep: Int?
  /// The checkpoint of the best model.
  var bestModelCheckpoint: String?
  /// The best loss, in nats per token.
  var bestMetric: Double?
  /// Every evaluation.
  var logHistory: [LoggedEvaluation] = []
  /// Since the last line of the metrics.
  var lossSinceLine = LossSum()
  /// Since the last evaluation.
  var lossSinceEvaluation = LossSum()
  /// What the model wrote last.
  var lastSample: String?
  var smoothedLoss: Double?
  var smoothedAccuracy: Double?
  /// Bytes of the metrics.
  var metricsByteCount = 0
  /// Updates before the first one of a parameter, where there were any; see `OptimizerState`.
  var optimizerStarts: [String: Int]?
  /// Parameters without an update yet.
  var untrained: [String]?
  /// How many parts the carry of each layer has; nil at the beginning of an epoch.
  var carryParts: [Int]?
  /// Whether the run ended because the validation loss did not improve.
  var isStoppedEarly = false
  var dataSHA256: String
  var kernels: String
  var threadCount: Int
  var options: Task.Options

  enum CodingKeys: String, CodingKey {
    case formatVersion = "format_version"
    case task
    case runID = "run_id"
    case globalStep = "global_step"
    case epoch
    case window
    case elapsedSeconds = "elapsed_seconds"
    case secondsBefore = "seconds_before"
    case progress
    case validation = "early_stopping"
    case plateau
    case evaluatedStep = "evaluated_step"
    case bestStep = "best_step"
    case bestModelCheckpoint = "best_model_checkpoint"
    case bestMetric = "best_metric"
    case logHistory = "log_history"
    case lossSinceLine = "loss_since_line"
    case lossSinceEvaluation = "loss_since_evaluation"
    case lastSample = "last_sample"
    case smoothedLoss = "smoothed_loss"
    case smoothedAccuracy = "smoothed_accuracy"
    case metricsByteCount = "metrics_bytes"
    case optimizerStarts = "optimizer_starts"
    case untrained
    case carryParts = "carry_parts"
    case isStoppedEarly = "stopped_early"
    case dataSHA256 = "data_sha256"
    case kernels
    case threadCount = "threads"
    case options
  }

  /// Appends an evaluation to the history, in which only the last one and the best are whole.
  mutating func log(_ report: Task.Report, isBest: Bool) {
    for index in logHistory.indices where isBest || logHistory[index].step != bestStep {
      logHistory[index].report = logHistory[index].report.abridged
    }
    logHistory.append(.init(step: globalStep, report: report))
  }

  /// Begins a run.
  init(runID: String, options: Task.Options, dataSHA256: String, kernels: String, threads: Int) {
    task = Task.name
    self.runID = runID
    self.options = options
    self.dataSHA256 = dataSHA256
    self.kernels = kernels
    threadCount = threads
  }
}

import RecurData
public import RecurFiles
import RecurModels
import RecurTensors
import RecurText

/// The whole training of a classifier: where that is asked for, first a language model of the texts, in
/// `pretraining` within the directory of the run, then the classifier that begins with it.
///
/// A stop or a kill in either stage is resumed in that stage.
public struct ClassifierTraining {
  /// The settings.
  public let options: ClassifierOptions
  private let stop: StopRequest
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  /// What a training came to.
  public struct Outcome: Sendable {
    /// Of the language model; nil where none was trained in this process.
    public var pretraining: TrainingSummary<EvaluationReport>?
    /// Of the classifier; nil where the training was stopped before it.
    public var summary: TrainingSummary<ClassifierReport>?
    /// What the classifier was held against; nil where no model was written.
    public var comparison: ClassifierComparison?
    /// The names of the classes.
    public var classNames: [String]
  }

  /// Prepares a training; the clock of a run of a number of minutes begins here.
  public init(_ options: ClassifierOptions, stop: StopRequest = StopRequest()) {
    self.options = options
    self.stop = stop
    start = clock.now
  }

  /// The directory of the language model that is trained first.
  public static func pretrainingFolder(of output: String) -> String {
    FolderPath.join(output, "pretraining")
  }

  /// The options of the run that a directory holds, so that `--resume` need not repeat them; nil where
  /// there is none, or it has saved nothing yet.
  ///
  /// - Throws: `.badData` for a checkpoint that cannot be read.
  public static func storedOptions(in output: String) throws(RecurError) -> ClassifierOptions? {
    try TrainingRun<ClassifierTask>.storedOptions(in: output)
  }

  /// Trains to the end, or until a stop is asked for.
  ///
  /// - Parameters:
  ///   - data: Texts from memory in the place of the files.
  ///   - pretraining: Told of everything that happens in the first stage.
  ///   - begin: Told of the data and of what the classifier begins with, before its first step.
  ///   - report: Told of everything that happens in the second stage.
  /// - Throws: As `TrainingRun`; what reading the files throws.
  public func run(
    _ data: ClassifierData? = nil,
    pretraining: (TrainingEvent<LanguageModelTask>) -> Void = { _ in },
    begin: (ClassifierTask) -> Void = { _ in },
    reporting report: (TrainingEvent<ClassifierTask>) -> Void = { _ in }
  ) throws(RecurError) -> Outcome {
    try options.validate()
    let output = try options.training.requiredOutput()
    // Before anything is read: the precision, and whether the directory may be written.
    try options.training.choosePrecision()
    let resuming = options.training.resume
    let checkpoint = try TrainingRun<ClassifierTask>.checkpoint(resuming: resuming, in: output) {
      _ in
    }
    let threads = options.training.threads
    let team = threads == 0 ? ThreadTeam.current : ThreadTeam(threadCount: threads)
    let prepared = ThreadTeam.$current.withValue(team) {
      () -> Result<(ClassifierData, TrainingSummary<EvaluationReport>?, Double), RecurError> in
      do throws(RecurError) {
        let data = if let data { data } else { try ClassifierData(options) }
        guard options.isPretrained, checkpoint == nil else { return .success((data, nil, elapsed)) }
        let before = elapsed
        let summary = try pretrain(data, in: output, pretraining)
        // A resumed stage counts what it took before, not what it takes to see that it is over.
        return .success((data, summary, before + summary.seconds))
      } catch {
        return .failure(error)
      }
    }
    let (read, first, seconds) = try prepared.get()
    var outcome = Outcome(
      pretraining: first, summary: nil, comparison: nil, classNames: read.classNames)
    if first?.ending == .stopped { return outcome }

    let source = options.isPretrained ? Self.pretrainingFolder(of: output) : options.initFrom
    let run = try TrainingRun<ClassifierTask>(options, stop: stop, secondsBefore: seconds) {
      beginning throws(RecurError) in
      try ClassifierTask(
        options, read, beginningWith: source, tokenizer: beginning.tokenizer,
        checkpoint: beginning.checkpoint)
    }
    begin(run.task)
    let summary = try run.run(report)
    outcome.summary = summary
    outcome.comparison = summary.ending == .stopped ? run.task.comparison : try run.comparison()
    return outcome
  }

  private var elapsed: Double { (clock.now - start) / .seconds(1) }

  /// Trains the language model, or sees that it is trained.
  private func pretrain(
    _ data: ClassifierData, in output: String,
    _ report: (TrainingEvent<LanguageModelTask>) -> Void
  ) throws(RecurError) -> TrainingSummary<EvaluationReport> {
    try Folder.create(output)
    let lock = try DirectoryLock(output)
    defer { withExtendedLifetime(lock) {} }
    // So that a run that is stopped in this stage can be resumed without repeating its options.
    try AtomicFile.write(
      JSONValue(encoding: StoredArguments(options: options)).encoded(pretty: true),
      to: FolderPath.join(output, ModelDirectory.FileName.trainingArguments))
    let folder = Self.pretrainingFolder(of: output)
    let texts = data.training.texts
    var held: Corpus?
    if !data.validation.texts.isEmpty {
      held = Corpus(text: Self.joined(Array(data.validation.texts.prefix(Self.heldTextCount))))
    }
    let run = try TrainingRun<LanguageModelTask>(
      options.pretraining(in: folder), stop: stop, corpus: Corpus(text: Self.joined(texts)),
      validation: held)
    return try run.run(report)
  }

  /// Held-out texts that the language model is measured on.
  private static let heldTextCount = 200

  private static func joined(_ texts: [String]) -> String {
    texts.joined(separator: "\n")
  }
}

extension TrainingRun where Task == ClassifierTask {
  /// What the model is held against; found now where it has not been, as in a run that was resumed and
  /// found no better model. nil where no model was written.
  func comparison() throws(RecurError) -> ClassifierComparison? {
    guard state.evaluatedStep > 0, task.comparison == nil else { return task.comparison }
    return try task.compare(model)
  }
}

public import RecurFiles
import RecurGradients
import RecurModels
import RecurTensors
import RecurText

/// The training of a model in a directory, from the first step or from a checkpoint to the last.
///
/// What is trained is a task: a language model (`LanguageModelTask`) or a classifier
/// (`ClassifierTask`).
///
///     OUT/config.json model.safetensors tokenizer.json …   the best model so far
///         checkpoints/checkpoint-<step>/                   moments to go on from
///         latest                                           a link to the newest of them
///         metrics.jsonl                                    losses, evaluations, samples
///         training_args.json                               options, files, versions
///
/// With the same options, data and kernels (and, for `portable`, OpenBLAS or none) a run gives the same bits for any number of threads, and
/// however often it was interrupted, by a stop or by the death of the process, and resumed. Only a run
/// of a number of minutes is not repeatable, because its learning rate falls by the clock: it resumes
/// with the time that was left, and each line of the metrics says at which part of its time it was.
///
/// The directory is locked for as long as the value lives.
public final class TrainingRun<Task: TrainingTask> {
  /// The settings.
  public let options: Task.Options
  /// The directory.
  public let output: String
  /// What is trained.
  public internal(set) var task: Task
  /// The model as it is now.
  public internal(set) var model: Task.Model
  /// What the run begins with.
  public let overview: TrainingOverview<Task.Configuration>

  /// The settings that every run has.
  let common: TrainingOptions
  let stop: StopRequest
  let team: ThreadTeam
  let arguments: JSONValue
  var trainer: Trainer
  var state: TrainerState<Task>
  var best: Task.Report?
  var newestCheckpoint: String?
  /// Whether the newest checkpoint is of this very moment.
  var isSaved = false
  var warnings: [String] = []
  /// Steps, characters and seconds of this process, evaluations and checkpoints apart.
  var pace = Pace()
  private let lock: DirectoryLock

  /// Prepares a run: takes the directory, reads the data, builds or restores the model.
  ///
  /// - Parameters:
  ///   - options: The settings.
  ///   - stop: Asks for the end of the run; see `StopRequest`.
  ///   - secondsBefore: Seconds that have gone already and that the clock of a run of a number of minutes
  ///     counts.
  ///   - makeTask: Makes what is trained.
  /// - Throws: `.usage` for options that cannot be; `.cannotCreate`, `.noPermission` or `.busy` for the
  ///   directory; `.badConfiguration` where a checkpoint has other options, or the memory does not
  ///   suffice; what `makeTask` throws.
  public init(
    _ options: Task.Options, stop: StopRequest = StopRequest(), secondsBefore: Double = 0,
    _ makeTask: (TaskBeginning) throws(RecurError) -> Task
  ) throws(RecurError) {
    let clock = ContinuousClock()
    let start = clock.now
    try options.validate(as: .usage)
    let common = options.training
    try common.choosePrecision()
    let output = try common.requiredOutput()
    self.options = options
    self.common = common
    self.output = output
    self.stop = stop
    try Folder.create(output)
    lock = try DirectoryLock(output)
    DurableDirectory.recover(
      in: Checkpoint<Task>.folder(of: output), prefix: Checkpoint<Task>.prefix)
    DurableDirectory.recover(in: output, prefix: DurableDirectory.latestName)
    AtomicFile.recover(in: output)
    var warnings: [String] = []
    let checkpoint = try Self.checkpoint(resuming: common.resume, in: output) {
      warnings.append($0)
    }
    try Folder.create(Checkpoint<Task>.folder(of: output))
    let restored = try checkpoint.map { path throws(RecurError) in
      try Checkpoint<Task>.state(at: path)
    }
    let tokenizer = try checkpoint.map { path throws(RecurError) in
      try Checkpoint<Task>.tokenizer(at: path)
    }
    team =
      common.threads == 0 ? ThreadTeam.current : ThreadTeam(threadCount: common.threads)
    let made = ThreadTeam.$current.withValue(team) { () -> Result<Task, RecurError> in
      do throws(RecurError) {
        return .success(try makeTask(TaskBeginning(checkpoint: checkpoint, tokenizer: tokenizer)))
      } catch {
        return .failure(error)
      }
    }
    let task = try made.get()
    if tokenizer == nil { try task.tokenizer.checkSize() }
    let totalSteps = common.duration.totalSteps(stepsPerEpoch: task.stepsPerEpoch)
    trainer = common.makeTrainer(totalSteps: totalSteps)
    let stateNames = type(of: trainer.optimizer).stateNames
    let memory = task.memory(optimizerStates: stateNames.count)
    try memory.check()

    model = try task.makeModel()
    arguments = try Self.arguments(options, task)
    self.task = task
    if let checkpoint, let restored {
      state = restored
      warnings += try Self.compare(restored, options, dataSHA256: task.dataSHA256)
      // There may be another patience now.
      state.isStoppedEarly = common.patience > 0 && state.validation.failures >= common.patience
      (trainer.state, self.task.carry) = try Checkpoint<Task>.restore(
        &model, from: checkpoint, restored, stateNames: stateNames)
      newestCheckpoint = checkpoint
      isSaved = true
      best = restored.logHistory.last { $0.step == restored.bestStep }?.report
      if restored.window >= task.stepsPerEpoch {
        throw RecurError(
          .badConfiguration,
          "the checkpoint is at window \(restored.window) of \(task.stepsPerEpoch)",
          at: .init(path: checkpoint), hint: "resume with the text that the run began with")
      }
    } else {
      state = TrainerState(
        runID: Self.runID(options, dataSHA256: task.dataSHA256), options: options,
        dataSHA256: task.dataSHA256, kernels: Kernels.name, threads: team.threadCount)
      // What prepares the run is a part of its time.
      state.elapsedSeconds = secondsBefore + (clock.now - start) / .seconds(1)
      state.secondsBefore = state.elapsedSeconds
    }
    warnings += task.warnings
    if let warning = task.tokenizer.versionWarning { warnings.append(warning) }
    if let refused = Kernels.refusedName {
      warnings.append(
        "\(Kernels.environmentVariable)=\(refused) is not possible here; the kernels are "
          + Kernels.name)
    }
    self.warnings = warnings
    overview = TrainingOverview(
      configuration: task.configuration, parameterCount: model.parameterCount,
      data: task.overview, stepsPerEpoch: task.stepsPerEpoch, totalSteps: totalSteps,
      duration: common.duration,
      evaluationInterval: Self.evaluationInterval(common, stepsPerEpoch: task.stepsPerEpoch),
      resumedStep: state.globalStep, kernels: Kernels.name, threadCount: team.threadCount,
      memory: memory)
  }

  /// Steps between evaluations: about once an epoch, but neither many times a minute on a small text
  /// nor hours apart on a large one.
  private static func evaluationInterval(_ options: TrainingOptions, stepsPerEpoch: Int) -> Int {
    if options.evaluateEvery > 0 { return options.evaluateEvery }
    return min(max(stepsPerEpoch, 100), max(1000, stepsPerEpoch / 4))
  }

  /// The same for the same options and data, so that logs of equal runs are equal.
  private static func runID(_ options: Task.Options, dataSHA256: String) -> String {
    var digest = SHA256Digest()
    var options = options
    options.training.output = nil
    options.training.resume = false
    options.training.threads = 0
    let json = (try? JSONGate.encode(options)) ?? []
    digest.update(json)
    digest.update(Array(dataSHA256.utf8))
    return String(digest.hexadecimal().prefix(12))
  }

  /// What `training_args.json` says.
  private static func arguments(
    _ options: Task.Options, _ task: Task
  ) throws(RecurError) -> JSONValue {
    try JSONValue(
      encoding: RunArguments(
        options: options, files: task.sources, data_sha256: task.dataSHA256,
        kernels: Kernels.name))
  }
}

private struct RunArguments<Options: TaskOptions>: Encodable {
  let options: Options
  let files: [TrainingData.Source]
  let data_sha256: String
  let kernels: String
}

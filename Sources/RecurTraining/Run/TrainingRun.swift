import RecurCore
import RecurData
public import RecurFiles
import RecurGradients
public import RecurModels
import RecurTensors
public import RecurText

/// The training of a language model in a directory, from the first step or from a checkpoint to the
/// last.
///
///     OUT/config.json model.safetensors tokenizer.json …   the best model so far
///         checkpoints/checkpoint-<step>/                   moments to go on from
///         latest                                           a link to the newest of them
///         metrics.jsonl                                    losses, evaluations, samples
///         training_args.json                               options, files, versions
///
/// With the same options, data and kernels a run gives the same bits for any number of threads, and
/// however often it was interrupted, by a stop or by the death of the process, and resumed. Only a run
/// of a number of minutes is not repeatable, because its learning rate falls by the clock: it resumes
/// with the time that was left, and each line of the metrics says at which part of its time it was.
///
/// The directory is locked for as long as the value lives.
public final class TrainingRun {
  /// The settings.
  public let options: TrainingOptions
  /// The directory.
  public let output: String
  /// The text.
  public let data: TrainingData
  /// The model as it is now.
  public internal(set) var model: LanguageModel
  /// What the run begins with.
  public let overview: TrainingOverview

  let stop: StopRequest
  let team: ThreadTeam
  let windows: ContiguousBatches
  let measure: TokenMeasure
  let charactersPerToken: Double
  let arguments: JSONValue
  var trainer: Trainer
  var carry: Carry?
  var state: TrainerState
  var best: EvaluationReport?
  var newestCheckpoint: String?
  /// Whether the newest checkpoint is of this very moment.
  var isSaved = false
  var lastSample: String?
  var warnings: [String] = []
  /// Steps, characters and seconds of this process, evaluations and checkpoints apart.
  var pace = Pace()
  private let lock: DirectoryLock

  /// Prepares a run: takes the directory, reads the text, builds or restores the model.
  ///
  /// - Parameters:
  ///   - options: The settings.
  ///   - stop: Asks for the end of the run; see `StopRequest`.
  ///   - corpus: A text from memory in the place of `options.files`.
  ///   - validation: A text from memory in the place of `options.validation`.
  /// - Throws: `.usage` for options that cannot be; `.cannotCreate`, `.noPermission` or `.busy` for the
  ///   directory; `.badData` for the text; `.badConfiguration` where a checkpoint has other options,
  ///   or the memory does not suffice.
  public init(
    _ options: TrainingOptions, stop: StopRequest = StopRequest(), corpus: Corpus? = nil,
    validation: Corpus? = nil
  ) throws(RecurError) {
    try options.validate()
    guard Kernels.choose(options.precision) else {
      throw RecurError(
        .usage, "this process cannot compute in \(options.precision.rawValue) any more",
        hint: "choose the precision before anything is computed")
    }
    guard let output = options.output, !output.isEmpty else {
      throw RecurError(
        .usage, "no directory for the model is given", hint: "name one by --output DIR")
    }
    self.options = options
    self.output = output
    self.stop = stop
    try Folder.create(output)
    lock = try DirectoryLock(output)
    let folder = Checkpoint.folder(of: output)
    DurableDirectory.recover(in: folder, prefix: Checkpoint.prefix)
    var warnings: [String] = []
    let checkpoint = try Self.checkpoint(for: options, in: output) { warnings.append($0) }

    let tokenizer = try checkpoint.map { path throws(RecurError) in
      try Checkpoint.tokenizer(at: path)
    }
    if let corpus {
      data = try TrainingData(
        options, training: corpus, validation: validation, tokenizer: tokenizer)
    } else {
      data = try TrainingData(options, tokenizer: tokenizer)
    }
    windows = ContiguousBatches(
      data.training, batchSize: options.batchSize, windowLength: options.window)
    measure = TokenMeasure(data.tokenizer.vocabulary)
    let characterCount = measure.characterCount(of: data.training)
    charactersPerToken = Double(characterCount) / Double(data.training.count)
    team =
      options.threads == 0
      ? ThreadTeam.current : ThreadTeam(threadCount: options.threads)

    let configuration = options.configuration(vocabularySize: data.tokenizer.vocabulary.count)
    try configuration.validate()
    let totalSteps = options.duration.totalSteps(stepsPerEpoch: windows.count)
    trainer = options.makeTrainer(totalSteps: totalSteps)
    let stateNames = type(of: trainer.optimizer).stateNames
    let memory = MemoryEstimate(
      configuration, optimizerStates: stateNames.count, batchSize: options.batchSize,
      windowLength: options.window, trainingTokenCount: data.training.count,
      validationTokenCount: data.validation.count)
    try memory.check()

    var generator = SeededGenerator(seed: options.seed)
    model = try LanguageModel(configuration, using: &generator)
    arguments = try Self.arguments(options, data)
    if let checkpoint {
      let restored = try Checkpoint.state(at: checkpoint)
      state = restored
      warnings += try Self.compare(restored, options, data, team)
      (trainer.state, carry) = try Checkpoint.restore(
        &model, from: checkpoint, restored, stateNames: stateNames, batchSize: options.batchSize)
      newestCheckpoint = checkpoint
      isSaved = true
      best = restored.logHistory.last { $0.step == restored.bestStep }?.report
      if restored.window >= windows.count {
        throw RecurError(
          .badConfiguration, "the checkpoint is at window \(restored.window) of \(windows.count)",
          at: .init(path: checkpoint), hint: "resume with the text that the run began with")
      }
    } else {
      state = TrainerState(
        runID: Self.runID(options, data), options: options, dataSHA256: data.sha256,
        kernels: Kernels.name, threads: team.threadCount)
    }
    if data.invalidSequenceCount > 0 {
      let fate = options.invalidUTF8 == .skip ? "left out" : "replaced by U+FFFD"
      warnings.append("\(data.invalidSequenceCount) ill-formed sequences of UTF-8 were \(fate)")
    }
    if let warning = data.tokenizer.versionWarning { warnings.append(warning) }
    if let refused = Kernels.refusedName {
      warnings.append(
        "\(Kernels.environmentVariable)=\(refused) is not possible here; the kernels are "
          + Kernels.name)
    }
    self.warnings = warnings
    overview = TrainingOverview(
      configuration: configuration, parameterCount: model.parameterCount,
      trainingTokenCount: data.training.count, trainingCharacterCount: characterCount,
      validationTokenCount: data.validation.count, coverage: data.tokenizer.coverage,
      stepsPerEpoch: windows.count, totalSteps: totalSteps, duration: options.duration,
      evaluationInterval: Self.evaluationInterval(options, stepsPerEpoch: windows.count),
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
  private static func runID(_ options: TrainingOptions, _ data: TrainingData) -> String {
    var digest = SHA256Digest()
    var options = options
    options.output = nil
    options.resume = false
    options.threads = 0
    let json = (try? JSONGate.encode(options)) ?? []
    digest.update(json)
    digest.update(Array(data.sha256.utf8))
    return String(digest.hexadecimal().prefix(12))
  }

  /// What `training_args.json` says.
  private static func arguments(
    _ options: TrainingOptions, _ data: TrainingData
  ) throws(RecurError) -> JSONValue {
    struct Arguments: Encodable {
      let options: TrainingOptions
      let files: [TrainingData.Source]
      let data_sha256: String
      let kernels: String
    }
    return try JSONValue(
      encoding: Arguments(
        options: options, files: data.sources, data_sha256: data.sha256, kernels: Kernels.name))
  }
}

import RecurCore
import RecurFiles
import RecurGradients
import RecurModels
import RecurTensors

extension TrainingRun {
  /// Evaluates the model, keeps it if it is the best, and lets it write a sample.
  ///
  /// - Returns: Whether that was done; false where a stop was asked for in the middle.
  func evaluate(
    _ log: MetricsLog, _ elapsed: () -> Double, _ report: (TrainingEvent<Task>) -> Void
  ) throws(RecurError) -> Bool {
    let epoch = state.window == 0 ? state.epoch : state.epoch + 1
    if !task.hasValidation {
      // Where nothing is held out the last model is the one that is kept.
      isSaved = false
      state.evaluatedStep = state.globalStep
      state.lossSinceEvaluation = .init()
      if common.sampleEvery == 0 { try sample(log, epoch: epoch, report) }
      try writeModel(nil)
      return true
    }
    try trainer.checkWeights(of: model)
    let begin = elapsed()
    guard let measured = try task.evaluate(model, isCancelled: { stop.isMade }) else {
      return false
    }
    let loss = measured.selectionLoss
    guard loss.isFinite else {
      throw RecurError(
        .diverged,
        "the validation loss is \(loss.isNaN ? "nan" : "\(loss)") after step \(state.globalStep)",
        hint: "use a lower --learning-rate")
    }
    isSaved = false
    let isBest = state.validation.observe(loss)
    state.plateau.observe(loss, threshold: 1e-4)
    state.plateau.reduce(by: common.plateauFactor, patience: common.plateauPatience)
    state.evaluatedStep = state.globalStep
    state.log(measured, isBest: isBest)
    let trainingLoss = state.lossSinceEvaluation.mean
    let trainingAccuracy = state.lossSinceEvaluation.accuracy
    state.lossSinceEvaluation = .init()
    if common.patience > 0, state.validation.failures >= common.patience {
      state.isStoppedEarly = true
    }
    state.elapsedSeconds = elapsed()
    var line = line("evaluation", epoch: epoch)
    line.loss = trainingLoss
    line.bitsPerCharacter = trainingLoss.flatMap(task.bitsPerCharacter)
    line.accuracy = trainingAccuracy
    line.validation = .init(value: measured.record(isBest: isBest))
    try log.append(line)
    report(
      .evaluated(
        TrainingEvaluation(
          step: state.globalStep, epoch: epoch, trainingLoss: trainingLoss,
          trainingAccuracy: trainingAccuracy, report: measured, isBest: isBest,
          seconds: elapsed() - begin)))
    if common.sampleEvery == 0 { try sample(log, epoch: epoch, report) }
    if isBest {
      best = measured
      state.bestStep = state.globalStep
      state.bestMetric = loss
      state.bestModelCheckpoint = "\(Checkpoint<Task>.prefix)\(state.globalStep)"
      // Before the checkpoint that says so: one that is resumed from never lacks its best model.
      try writeModel(measured)
    }
    return true
  }

  /// Lets the model write a text, where it writes any.
  func sample(
    _ log: MetricsLog, epoch: Int, _ report: (TrainingEvent<Task>) -> Void
  ) throws(RecurError) {
    guard let text = task.sample(of: model, step: state.globalStep) else { return }
    state.lastSample = text
    var line = line("sample", epoch: epoch)
    line.text = text
    try log.append(line)
    report(.sampled(step: state.globalStep, text: text))
  }

  /// Writes a checkpoint, then removes old ones.
  func save(_ log: MetricsLog, _ report: (TrainingEvent<Task>) -> Void) throws(RecurError) {
    if isSaved { return }
    try trainer.checkWeights(of: model)
    try trainer.checkOptimizer()
    try log.synchronize()
    state.metricsByteCount = log.byteCount
    state.carryParts = task.carry?.layers.map(\.count)
    state.options = options
    state.dataSHA256 = task.dataSHA256
    state.kernels = Kernels.name
    state.threadCount = team.threadCount
    let starts = trainer.state.starts
    state.optimizerStarts = starts.isEmpty ? nil : starts
    let untrained = model.parameters.map(\.name).filter { trainer.state.tensors[$0] == nil }
    state.untrained = untrained.isEmpty ? nil : untrained
    let path = try Checkpoint<Task>(
      model: model, configuration: task.configuration, tokenizer: task.tokenizer,
      optimizer: trainer.state,
      stateNames: type(of: trainer.optimizer).stateNames, carry: task.carry,
      state: state
    ).write(inRun: output)
    newestCheckpoint = path
    isSaved = true
    prune()
    report(.saved(step: state.globalStep, path: path))
  }

  private func prune() {
    // Later ones were damaged when the run was resumed: they do not count as what is kept.
    let all = DurableDirectory.numbered(
      in: Checkpoint<Task>.folder(of: output), prefix: Checkpoint<Task>.prefix
    ).filter { $0.number <= state.globalStep }
    for (step, path) in all.dropLast(common.keep) where step != state.bestStep {
      DurableDirectory.remove(path)
    }
  }

  /// Writes a model where the run is stopped before one was written, so that there is one to look at.
  func leaveModel() throws(RecurError) {
    if state.evaluatedStep == 0, state.globalStep > 0 { try writeModel(nil) }
  }

  /// Writes the model into the directory of the run.
  private func writeModel(_ measured: Task.Report?) throws(RecurError) {
    let outcome = TaskOutcome(
      stepCount: state.globalStep, report: measured, sample: state.lastSample, arguments: arguments)
    try task.write(model, outcome, to: output)
  }

  /// Writes `training_args.json`, so that a run that has saved nothing else yet says what it is.
  func writeArguments() throws(RecurError) {
    try AtomicFile.write(
      arguments.encoded(pretty: true),
      to: FolderPath.join(output, ModelDirectory.FileName.trainingArguments))
  }
}

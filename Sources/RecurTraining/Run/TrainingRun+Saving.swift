import RecurCore
import RecurFiles
import RecurModels
import RecurTensors

extension TrainingRun {
  /// Evaluates the model, keeps it if it is the best, and lets it write a sample.
  ///
  /// - Returns: Whether that was done; false where a stop was asked for in the middle.
  func evaluate(
    _ log: MetricsLog, _ elapsed: () -> Double, _ report: (TrainingEvent) -> Void
  ) throws(RecurError) -> Bool {
    let epoch = state.window == 0 ? state.epoch : state.epoch + 1
    if data.validation.isEmpty {
      // Without a held-out text the last model is the one that is kept.
      isSaved = false
      state.evaluatedStep = state.globalStep
      state.lossSinceEvaluation = .init()
      if options.sampleEvery == 0 { try sample(log, epoch: epoch, report) }
      try writeModel(nil)
      return true
    }
    try trainer.checkWeights(of: model)
    let begin = elapsed()
    guard
      let measured = try Evaluation().report(
        of: data.validation, under: model, measure, isCancelled: { stop.isMade })
    else { return false }
    guard measured.nats.isFinite else {
      throw RecurError(
        .diverged, "the validation loss is \(measured.nats) after step \(state.globalStep)",
        hint: "use a lower --learning-rate")
    }
    isSaved = false
    let isBest = state.validation.observe(measured.natsPerToken)
    state.plateau.observe(measured.natsPerToken, threshold: 1e-4)
    state.plateau.reduce(by: options.plateauFactor, patience: options.plateauPatience)
    state.evaluatedStep = state.globalStep
    state.logHistory.append(.init(step: state.globalStep, report: measured))
    let trainingLoss = state.lossSinceEvaluation.mean
    state.lossSinceEvaluation = .init()
    if options.patience > 0, state.validation.failures >= options.patience {
      state.isStoppedEarly = true
    }
    state.elapsedSeconds = elapsed()
    var line = line("evaluation", epoch: epoch)
    line.loss = trainingLoss
    line.bitsPerCharacter = trainingLoss.map(bitsPerCharacter)
    line.validation = .init(measured, isBest: isBest)
    try log.append(line)
    report(
      .evaluated(
        TrainingEvaluation(
          step: state.globalStep, epoch: epoch, trainingLoss: trainingLoss, report: measured,
          isBest: isBest, seconds: elapsed() - begin)))
    if options.sampleEvery == 0 { try sample(log, epoch: epoch, report) }
    if isBest {
      best = measured
      state.bestStep = state.globalStep
      state.bestMetric = measured.natsPerToken
      state.bestModelCheckpoint = "\(Checkpoint.prefix)\(state.globalStep)"
      // Before the checkpoint that says so: one that is resumed from never lacks its best model.
      try writeModel(measured)
    }
    return true
  }

  /// Lets the model write a text.
  func sample(
    _ log: MetricsLog, epoch: Int, _ report: (TrainingEvent) -> Void
  ) throws(RecurError) {
    if options.sampleLength == 0 { return }
    var generator = SeededGenerator(
      seed: SeededGenerator.mixed(options.seed ^ 0x7361_6d70_6c65) &+ UInt64(state.globalStep))
    let text = model.generate(
      after: options.samplePrompt, tokenizer: data.tokenizer, count: options.sampleLength,
      temperature: options.sampleTemperature, using: &generator)
    lastSample = text
    var line = line("sample", epoch: epoch)
    line.text = text
    try log.append(line)
    report(.sampled(step: state.globalStep, text: text))
  }

  /// Writes a checkpoint, then removes old ones.
  func save(_ log: MetricsLog, _ report: (TrainingEvent) -> Void) throws(RecurError) {
    if isSaved { return }
    try trainer.checkWeights(of: model)
    try log.synchronize()
    state.metricsByteCount = log.byteCount
    state.carryParts = carry?.layers.map(\.count)
    state.options = options
    state.dataSHA256 = data.sha256
    state.kernels = Kernels.name
    state.threadCount = team.threadCount
    let path = try Checkpoint(
      model: model, tokenizer: data.tokenizer, optimizer: trainer.state,
      stateNames: type(of: trainer.optimizer).stateNames, carry: carry, state: state
    ).write(inRun: output)
    newestCheckpoint = path
    isSaved = true
    prune()
    report(.saved(step: state.globalStep, path: path))
  }

  private func prune() {
    let all = DurableDirectory.numbered(
      in: Checkpoint.folder(of: output), prefix: Checkpoint.prefix)
    for (step, path) in all.dropLast(options.keep) where step != state.bestStep {
      DurableDirectory.remove(path)
    }
  }

  /// Writes a model where the run is stopped before one was written, so that there is one to look at.
  func leaveModel() throws(RecurError) {
    if state.evaluatedStep == 0, state.globalStep > 0 { try writeModel(nil) }
  }

  /// Writes the model into the directory of the run.
  private func writeModel(_ measured: EvaluationReport?) throws(RecurError) {
    var card = ModelCard(
      datasets: data.sources.map {
        .init(name: FolderPath.name(of: $0.path), sha256: $0.sha256, byteCount: $0.bytes)
      },
      facts: [
        .init("Steps", "\(state.globalStep)"),
        .init("Seed", "\(options.seed)"),
        .init("Held out", heldOut),
        .init("Kernels", Kernels.name),
      ], sample: lastSample)
    if let measured {
      card.metrics = [
        .init(
          type: "bits_per_character", name: "Bits per character",
          value: measured.bitsPerCharacter),
        .init(
          type: "nats_per_token", name: "Nats per token", value: measured.natsPerToken),
        .init(type: "perplexity", name: "Perplexity per token", value: measured.perplexity),
      ].filter { $0.value.isFinite }
    }
    var directory = ModelDirectory(model, data.tokenizer, card: card, trainingArguments: arguments)
    if let measured {
      directory.evaluationResults = try JSONValue(
        encoding: MetricsLine.Validation(measured, isBest: true))
    }
    try directory.write(to: output)
  }

  private var heldOut: String {
    if options.validation != nil { return "a text of its own" }
    if data.validation.isEmpty { return "nothing" }
    return "the last \(options.validationFraction) of the text"
  }

  /// Writes `training_args.json`, so that a run that has saved nothing else yet says what it is.
  func writeArguments() throws(RecurError) {
    try AtomicFile.write(
      arguments.encoded(pretty: true),
      to: FolderPath.join(output, ModelDirectory.FileName.trainingArguments))
  }
}

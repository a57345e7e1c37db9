public import RecurFiles
import RecurTensors

extension TrainingRun {
  /// Trains to the end, or until a stop is asked for.
  ///
  /// - Parameter report: Told of everything that happens, in order, on the caller's thread.
  /// - Throws: `.diverged`, naming step and tensor, where a loss or a gradient is not finite: the last
  ///   checkpoint and the best model stay as they are. `.inputOutput` and the like where something
  ///   cannot be written: the last checkpoint is whole.
  @discardableResult
  public func run(
    _ report: (TrainingEvent<Task>) -> Void = { _ in }
  ) throws(RecurError) -> TrainingSummary<Task.Report> {
    let result = ThreadTeam.$current.withValue(team) {
      () -> Result<TrainingSummary<Task.Report>, RecurError> in
      do throws(RecurError) {
        return .success(try loop(report))
      } catch {
        return .failure(explained(error))
      }
    }
    return try result.get()
  }

  private func loop(
    _ report: (TrainingEvent<Task>) -> Void
  ) throws(RecurError) -> TrainingSummary<Task.Report> {
    let clock = ContinuousClock()
    let start = clock.now
    let secondsBefore = state.elapsedSeconds
    func elapsed() -> Double { secondsBefore + (clock.now - start) / .seconds(1) }

    try writeArguments()
    let log = try MetricsLog(in: output, keeping: state.metricsByteCount)
    report(.started(overview))
    for warning in warnings { report(.warning(warning)) }
    warnings = []

    var ending = TrainingEnding.completed
    while true {
      state.elapsedSeconds = elapsed()
      if stop.isMade {
        try save(log, report)
        try leaveModel()
        ending = .stopped
        break
      }
      let step = state.globalStep
      let isDue =
        step > 0 && step != state.evaluatedStep
        && (isOver || step % overview.evaluationInterval == 0)
      if isDue {
        // A stop in the middle leaves the evaluation to the run that resumes.
        guard try evaluate(log, elapsed, report) else { continue }
        state.elapsedSeconds = elapsed()
        try save(log, report)
      } else if common.saveEvery > 0, step > 0, step % common.saveEvery == 0 {
        try save(log, report)
      }
      // Asked again: the evaluation may have been the last one that there was patience for.
      if isOver {
        if state.isStoppedEarly { ending = .stoppedEarly }
        break
      }
      try doStep(log, elapsed, report)
    }
    state.elapsedSeconds = elapsed()
    let summary = summary(ending)
    report(.finished(summary))
    return summary
  }

  /// Whether the last step is done.
  private var isOver: Bool {
    if state.isStoppedEarly { return true }
    return switch common.duration {
    // Time may be up before the first step, which there always is.
    case .minutes(let minutes): state.globalStep > 0 && state.elapsedSeconds >= minutes * 60
    case .epochs, .steps: state.globalStep >= overview.totalSteps ?? .max
    }
  }

  /// Where the clock ends the run, the part of it that is over.
  private var progress: Double? {
    guard case .minutes(let minutes) = common.duration else { return nil }
    let before = state.secondsBefore ?? 0
    let room = minutes * 60 - before
    return room > 0 ? min((state.elapsedSeconds - before) / room, 1) : 1
  }

  private func doStep(
    _ log: MetricsLog, _ elapsed: () -> Double, _ report: (TrainingEvent<Task>) -> Void
  ) throws(RecurError) {
    let progress = progress
    let rate =
      common.baseLearningRate
      * trainer.schedule.factor(
        step: state.globalStep, progress: progress, plateau: state.plateau.factor)
    let position = StepPosition(
      epoch: state.epoch, window: state.window, progress: fraction, learningRate: rate)
    let taken = try task.step(&model, at: position, with: &trainer)
    let step = taken.report
    let epoch = state.epoch + 1
    isSaved = false
    state.globalStep += 1
    state.window += 1
    if state.window == overview.stepsPerEpoch {
      state.window = 0
      state.epoch += 1
    }
    state.progress = progress
    state.lossSinceLine.add(taken)
    state.lossSinceEvaluation.add(taken)
    // The first steps weigh more: a long memory of the untrained model would only confuse.
    let weight = max(0.04, 2 / Double(state.globalStep + 1))
    let smoothed = state.smoothedLoss.map { $0 + weight * (step.loss - $0) } ?? step.loss
    state.smoothedLoss = smoothed
    if let correct = taken.correct {
      let accuracy = Double(correct) / Double(max(taken.count, 1))
      state.smoothedAccuracy =
        state.smoothedAccuracy.map { $0 + weight * (accuracy - $0) } ?? accuracy
    }

    let now = elapsed()
    pace.add(seconds: now - state.elapsedSeconds, characters: taken.characters)
    state.elapsedSeconds = now
    if state.globalStep % common.logEvery == 0 {
      var line = line("step", epoch: epoch)
      line.loss = state.lossSinceLine.mean
      line.bitsPerCharacter = line.loss.flatMap(task.bitsPerCharacter)
      line.accuracy = state.lossSinceLine.accuracy
      line.learningRate = step.learningRate
      line.gradientNorm = step.gradientNorm
      line.progress = progress
      line.charactersPerSecond = pace.charactersPerSecond
      try log.append(line)
      state.lossSinceLine = .init()
    }
    report(
      .step(
        TrainingProgress(
          epoch: epoch, step: state.globalStep, totalSteps: overview.totalSteps,
          fraction: fraction, loss: step.loss, smoothedLoss: smoothed,
          bitsPerCharacter: task.bitsPerCharacter(smoothed), accuracy: state.smoothedAccuracy,
          learningRate: step.learningRate, gradientNorm: step.gradientNorm,
          charactersPerSecond: pace.charactersPerSecond,
          elapsed: now, remaining: remaining)))
    if common.sampleEvery > 0, state.globalStep % common.sampleEvery == 0 {
      try sample(log, epoch: epoch, report)
    }
  }

  /// The part of the run that is over.
  private var fraction: Double {
    if let progress { return progress }
    guard let total = overview.totalSteps, total > 0 else { return 0 }
    return min(Double(state.globalStep) / Double(total), 1)
  }

  private var remaining: Double? {
    if case .minutes(let minutes) = common.duration {
      return max(minutes * 60 - state.elapsedSeconds, 0)
    }
    return overview.totalSteps.flatMap { pace.seconds(for: max($0 - state.globalStep, 0)) }
  }

  /// A line of the metrics with what all lines have.
  func line(_ kind: String, epoch: Int) -> MetricsLine {
    MetricsLine(
      kind: kind, runID: state.runID, step: state.globalStep, epoch: epoch,
      seconds: state.elapsedSeconds)
  }

  private func summary(_ ending: TrainingEnding) -> TrainingSummary<Task.Report> {
    TrainingSummary(
      ending: ending, stepCount: state.globalStep,
      epochCount: Double(state.epoch) + Double(state.window) / Double(overview.stepsPerEpoch),
      seconds: state.elapsedSeconds, charactersPerSecond: pace.charactersPerSecond,
      trainingLoss: state.smoothedLoss, best: best, bestStep: state.bestStep,
      last: state.logHistory.last?.report, modelPath: output, checkpointPath: newestCheckpoint,
      parameterCount: overview.parameterCount,
      validationCurve: state.logHistory.map(\.report.curveLoss))
  }

  /// Says of a divergence what is left.
  private func explained(_ error: RecurError) -> RecurError {
    guard error.kind == .diverged else { return error }
    var error = error
    if error.place == nil { error.place = .init(path: output) }
    error.hint +=
      newestCheckpoint.map { "; the last good checkpoint is \($0)" } ?? "; nothing was saved yet"
    return error
  }
}

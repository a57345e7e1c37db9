public import RecurCore
public import RecurData
public import RecurFiles
public import RecurModels

extension Trainer {
  /// Does one step on a window of a language model's text: truncated backpropagation through time.
  ///
  /// - Parameters:
  ///   - model: The model; unchanged where this throws.
  ///   - window: T steps of B tracks.
  ///   - carry: The state after the window before; nil for the initial state. Nothing flows back
  ///     through it.
  ///   - learningRate: The learning rate of this step; nil for the schedule's.
  /// - Returns: What was done, with the loss in mean nats per token, and the state after the window.
  /// - Throws: As `step(_:learningRate:_:)`.
  public mutating func step(
    _ model: inout LanguageModel, on window: Window, from carry: Carry?,
    learningRate: Double? = nil
  ) throws(RecurError) -> (report: StepReport, carry: Carry) {
    var next = Carry(layers: [])
    let report = try step(&model, learningRate: learningRate) { model, tape in
      let (mean, carry) = model.objective(of: window, from: carry, on: tape)
      next = carry
      return mean
    }
    return (report, next)
  }

  /// Trains on one pass over a text, from the initial state on.
  ///
  /// - Parameters:
  ///   - model: The model; as the last good step left it where this throws.
  ///   - windows: The text in windows.
  ///   - charactersPerToken: Characters in a token on average, for bits per character.
  ///   - report: Called after each step.
  /// - Throws: `RecurError` of the kind `diverged`, naming step and tensor.
  @discardableResult
  public mutating func fit(
    _ model: inout LanguageModel, on windows: ContiguousBatches, charactersPerToken: Double = 1,
    reporting report: (StepReport) -> Void = { _ in }
  ) throws(RecurError) -> EpochReport {
    let clock = ContinuousClock()
    let start = clock.now
    var epoch = EpochReport()
    epoch.charactersPerToken = charactersPerToken
    var carry: Carry?
    for window in windows {
      let (step, next) = try step(&model, on: window, from: carry)
      carry = next
      epoch.stepCount += 1
      epoch.tokenCount += window.targets.count
      epoch.nats += step.loss * Double(window.targets.count)
      report(step)
    }
    epoch.seconds = (clock.now - start) / .seconds(1)
    return epoch
  }
}

public import RecurFiles
public import RecurGradients
import RecurTensors

/// Trains a model step by step: gradient, clipping, schedule, update.
///
///     var trainer = Trainer(optimizer: Adam(learningRate: 2e-3), clippingNorm: 1)
///     for epoch in 1...10 { print(epoch, try trainer.fit(&model, on: windows).bitsPerCharacter) }
public struct Trainer: Sendable {
  /// The rule of the update.
  public var optimizer: any Optimizer
  /// The course of the learning rate.
  public var schedule: Schedule
  /// The greatest norm of all gradients together; larger gradients are scaled down to it. nil: any.
  public var clippingNorm: Double?
  /// The greatest absolute value of an element of a gradient, after clipping by norm. nil: any.
  public var clippingValue: Double?
  /// What dropout is drawn from: with the number of the step it decides every element.
  public var seed: UInt64
  /// What the learning rate of each parameter is multiplied by: 1 by default. Nothing is computed for
  /// the gradient of a parameter with the factor 0, and its weights stay.
  public var rateFactors = LearningRateFactors()
  /// What the optimizer remembers; its `step` counts the steps done.
  public var state = OptimizerState()

  /// Makes a trainer that has done no step.
  public init(
    optimizer: some Optimizer, schedule: Schedule = .constant, clippingNorm: Double? = nil,
    clippingValue: Double? = nil, seed: UInt64 = 0
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.clippingNorm = clippingNorm
    self.clippingValue = clippingValue
    self.seed = seed
  }

  /// Steps done.
  public var stepCount: Int { state.step }

  /// Does one step on any model.
  ///
  /// - Parameters:
  ///   - model: The model; unchanged where this throws.
  ///   - learningRate: The learning rate of this step; nil for the schedule's.
  ///   - objective: Computes the objective, a single scalar, on the tape.
  /// - Throws: `RecurError` of the kind `diverged` where the objective or a gradient is not finite; it
  ///   names the step and the tensor.
  public mutating func step<Model: Module>(
    _ model: inout Model, learningRate: Double? = nil, _ objective: (Model, Tape) -> Variable
  ) throws(RecurError) -> StepReport {
    let (value, gradients) = model.valueWithGradient(
      seed: stepSeed, isFrozen: rateFactors.isFrozen, objective)
    return try update(&model, learningRate: learningRate, value: value, with: gradients)
  }

  /// Changes the weights along the gradients of an objective.
  mutating func update<Model: Module>(
    _ model: inout Model, learningRate: Double?, value: Real, with gradients: Gradients
  ) throws(RecurError) -> StepReport {
    let number = state.step + 1
    let rate =
      learningRate ?? optimizer.learningRate * schedule.factor(step: state.step)
    guard value.isFinite else { throw Self.divergence(of: value, in: model, at: number) }
    let norm = GradientNorm(of: gradients, for: &model)
    if let culprit = norm.culprit {
      throw RecurError(
        .diverged, "the gradient of \(culprit) is not finite at step \(number)",
        hint: Self.divergenceHint)
    }
    var scale = 1.0
    if let clippingNorm { scale = min(1, clippingNorm / (norm.value + 1e-6)) }
    optimizer.update(
      &model, with: gradients, state: &state, learningRate: rate, gradientScale: scale,
      gradientLimit: clippingValue ?? .infinity, rateFactors: rateFactors)
    return StepReport(
      step: number, loss: Double(value), gradientNorm: norm.value, learningRate: rate,
      isClipped: scale < 1)
  }

  /// What the randomness of the next step is drawn from.
  var stepSeed: UInt64 {
    SeededGenerator.mixed(SeededGenerator.mixed(seed) &+ UInt64(state.step))
  }

  private static let divergenceHint =
    "use a lower --learning-rate, a longer --warmup or a smaller --clip-norm"

  static func divergence(
    of value: Real, in model: some Module, at step: Int
  ) -> RecurError {
    let cause =
      nonFiniteParameter(of: model).map { "a weight of \($0) is not finite" }
      ?? "every weight is finite"
    return RecurError(
      .diverged, "the loss is \(value.isNaN ? "nan" : "\(value)") at step \(step) (\(cause))",
      hint: divergenceHint)
  }

  /// The first parameter with a weight that is not finite.
  private static func nonFiniteParameter(of model: some Module) -> String? {
    model.parameters.first { !isFinite($0.value) }?.name
  }

  private static func isFinite(_ tensor: Tensor) -> Bool {
    tensor.withUnsafeBuffer { $0.allSatisfy(\.isFinite) }
  }

  /// Refuses a model with a weight that is not finite: nothing good can be saved of it.
  ///
  /// - Throws: `RecurError` of the kind `diverged`, naming the step and the tensor.
  func checkWeights(of model: some Module) throws(RecurError) {
    guard let name = Self.nonFiniteParameter(of: model) else { return }
    throw RecurError(
      .diverged, "a weight of \(name) is not finite after step \(stepCount)",
      hint: Self.divergenceHint)
  }

  /// A square of a gradient may be beyond every number where the gradient is not; its weight would stand
  /// still for ever.
  func checkOptimizer() throws(RecurError) {
    for (name, tensors) in state.tensors.sorted(by: { $0.key < $1.key })
    where !tensors.allSatisfy(Self.isFinite) {
      throw RecurError(
        .diverged, "what the optimizer remembers of \(name) is not finite after step \(stepCount)",
        hint: Self.divergenceHint)
    }
  }
}

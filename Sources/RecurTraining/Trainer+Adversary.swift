public import RecurFiles
public import RecurGradients
public import RecurTensors

extension Trainer {
  /// Does one step on the mean of an objective and of the same objective with perturbed inputs: two
  /// passes forward and back.
  ///
  /// - Parameters:
  ///   - model: The model; unchanged where this throws.
  ///   - learningRate: The learning rate of this step; nil for the schedule's.
  ///   - zeros: A perturbation that changes nothing.
  ///   - adversary: The perturbation for the gradient with respect to it.
  ///   - objective: Computes the objective, a single scalar, on the tape. Dropout is the same in both
  ///     passes.
  /// - Throws: As `step(_:learningRate:_:)`.
  public mutating func step<Model: Module>(
    _ model: inout Model, learningRate: Double? = nil, perturbing zeros: Tensor,
    by adversary: (Model, Tensor) -> Tensor,
    _ objective: (Model, Tape, _ perturbation: Variable) -> Variable
  ) throws(RecurError) -> StepReport {
    var watched: Variable?
    var (value, gradients) = model.valueWithGradient(
      seed: stepSeed, isFrozen: rateFactors.isFrozen
    ) { model, tape in
      let perturbation = tape.watch(zeros)
      watched = perturbation
      return 0.5 * objective(model, tape, perturbation)
    }
    // Without a gradient the inputs change nothing, and neither does a perturbation.
    let perturbation = watched.flatMap { gradients[$0] }.map { adversary(model, $0) } ?? zeros
    let (perturbedValue, perturbedGradients) = model.valueWithGradient(
      seed: stepSeed, isFrozen: rateFactors.isFrozen
    ) { model, tape in 0.5 * objective(model, tape, tape.constant(perturbation)) }
    gradients.add(perturbedGradients)
    return try update(
      &model, learningRate: learningRate, value: value + perturbedValue, with: gradients)
  }
}

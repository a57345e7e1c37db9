public import RecurGradients
import RecurTensors

/// A rule that turns gradients into new weights.
///
/// An optimizer is its settings alone: a `Codable` value. What it remembers of each parameter lies in
/// an `OptimizerState`, which the trainer keeps and checkpoints store. A rule of one's own is written
/// by `update(_:)`, which sees one stretch of one parameter at a time; stretches are handed to the
/// team of threads, so an element's update may depend on nothing but that element.
public protocol Optimizer: Sendable, Codable {
  /// The learning rate before any schedule.
  var learningRate: Double { get set }
  /// The names of the tensors that are kept for each parameter, in the order of
  /// `UpdateStretch.states`; each has the parameter's shape and starts as zeros.
  static var stateNames: [String] { get }
  /// Updates the weights and the states of a stretch in one pass.
  func update(_ stretch: UpdateStretch)
}

extension Optimizer {
  /// Elements in a stretch. The cut never depends on the number of threads.
  private static var stretchLength: Int { 16_384 }

  /// Updates every parameter of a model that has a gradient.
  ///
  /// - Parameters:
  ///   - model: The model whose weights change.
  ///   - gradients: The gradients of the objective.
  ///   - state: What is remembered from update to update; counts the updates.
  ///   - learningRate: The learning rate of this update; nil for the optimizer's own.
  ///   - gradientScale: What every gradient is multiplied by first.
  ///   - gradientLimit: What every element of a scaled gradient is then held within, ±.
  ///   - rateFactors: What the learning rate of each parameter is multiplied by; a parameter with the
  ///     factor 0 keeps its weights, its decay included.
  public func update(
    _ model: inout some Module, with gradients: Gradients, state: inout OptimizerState,
    learningRate: Double? = nil, gradientScale: Double = 1, gradientLimit: Double = .infinity,
    rateFactors: LearningRateFactors = LearningRateFactors()
  ) {
    state.step += 1
    let step = state.step
    let rate = learningRate ?? self.learningRate
    model.visitParameters { name, parameter in
      let factor = rateFactors[name]
      guard factor != 0, let gradient = gradients[parameter] else {
        // A step without an update is none of the parameter's own.
        if state.tensors[name] != nil { state.starts[name, default: 0] += 1 }
        return
      }
      precondition(
        gradient.shape == parameter.value.shape,
        "a gradient \(gradient.shape) for \(name) \(parameter.value.shape)")
      let known = state.tensors.removeValue(forKey: name)
      if known == nil, step > 1 { state.starts[name] = step - 1 }
      let ownStep = step - state.starts[name, default: 0]
      var tensors = known ?? Self.stateNames.map { _ in Tensor(zeros: gradient.shape) }
      precondition(
        tensors.allSatisfy { $0.shape == gradient.shape },
        "the optimizer's state of \(name) is \(tensors.map(\.shape)), not \(gradient.shape)")
      let states = tensors.indices.map { tensors[$0].mutablePointer }
      let weights = parameter.value.mutablePointer
      let count = gradient.count
      let length = Self.stretchLength
      ThreadTeam.current.forEachChunk((count + length - 1) / length) { chunk in
        let first = chunk * length
        update(
          UpdateStretch(
            weights: weights + first, gradient: gradient.pointer + first,
            states: states.map { $0 + first }, count: min(length, count - first),
            step: ownStep, learningRate: rate * factor, gradientScale: gradientScale,
            gradientLimit: gradientLimit))
      }
      state.tensors[name] = tensors
    }
  }
}

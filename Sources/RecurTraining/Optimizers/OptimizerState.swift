public import RecurTensors

/// What an optimizer remembers between updates: their number, and some tensors for each parameter.
public struct OptimizerState: Sendable, Equatable {
  /// Updates done.
  public internal(set) var step = 0
  /// The tensors of each parameter, by the parameter's name, in the order of `Optimizer.stateNames`.
  public internal(set) var tensors: [String: [Tensor]] = [:]
  /// Updates that a parameter had no part in, where there were any: before its first one, as it was frozen, or
  /// between, as it had no gradient. Corrections for the first steps do not count them.
  public internal(set) var starts: [String: Int] = [:]

  /// Starts without a memory.
  public init() {}

  /// Restores a stored state.
  ///
  /// - Parameters:
  ///   - step: Updates done.
  ///   - tensors: The tensors of each parameter, by the parameter's name.
  ///   - starts: Updates that a parameter had no part in, where there were any.
  public init(step: Int, tensors: [String: [Tensor]], starts: [String: Int] = [:]) {
    self.step = step
    self.tensors = tensors
    self.starts = starts
  }

  /// The tensors by the names they are stored under, `<parameter>.<state name>`, sorted.
  public func named(by stateNames: [String]) -> [(name: String, value: Tensor)] {
    tensors.sorted { $0.key < $1.key }.flatMap { parameter, tensors in
      zip(stateNames, tensors).map { (name: "\(parameter).\($0)", value: $1) }
    }
  }
}

public import RecurCore
public import RecurGradients
public import RecurLayers
public import RecurTensors

/// A cell as a user writes it: the equations, and no derivative.
///
///     h' = σ(W_g x + b_g) ∘ tanh(W_c x + b_c) + h
public struct MinimalCell: RecurrentCell {
  /// How much of the candidate is added, (H, D).
  public var gate: Linear
  /// What is added, (H, D).
  public var candidate: Linear
  /// H: the number of units.
  public let hiddenSize: Int

  /// Makes a cell.
  public init(inputSize: Int, hiddenSize: Int, using generator: inout SeededGenerator) {
    gate = Linear(inputSize: inputSize, outputSize: hiddenSize, using: &generator)
    candidate = Linear(inputSize: inputSize, outputSize: hiddenSize, using: &generator)
    self.hiddenSize = hiddenSize
  }

  /// D: the width of the inputs.
  public var inputSize: Int { gate.inputSize }

  /// Visits the gate's parameters, then the candidate's.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try gate.visitParameters { try visit("gate.\($0)", &$1) }
    try candidate.visitParameters { try visit("candidate.\($0)", &$1) }
  }

  /// Zeros.
  public func initialState(batchSize: Int) -> HiddenState { .zeros(batchSize, hiddenSize) }

  /// One step; see the equation above.
  public func step(_ x: Variable, _ state: HiddenState) -> (output: Variable, state: HiddenState) {
    let h = gate(x).sigmoid() * candidate(x).tanh() + state.hidden
    return (h, HiddenState(hidden: h))
  }
}

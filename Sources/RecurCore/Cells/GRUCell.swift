public import RecurGradients
public import RecurTensors

/// The gated recurrent unit (Cho and others, EMNLP 2014), with the reset gate after the recurrent
/// product, as in cuDNN and PyTorch.
///
///     r  = σ(W_ir x + b_ir + W_hr h + b_hr)
///     z  = σ(W_iz x + b_iz + W_hz h + b_hz)
///     n  = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn))
///     h' = (1 - z) ∘ n + z ∘ h
///
/// Gate order in every stored tensor: r z n; z keeps the old state. Names, shapes and initial weights
/// are PyTorch's.
public struct GRUCell: RecurrentCell {
  /// From the inputs, (3H, D).
  public var weightIH: Parameter
  /// From the hidden state, (3H, H).
  public var weightHH: Parameter
  /// With the inputs, (3H).
  public var biasIH: Parameter
  /// With the hidden state, (3H).
  public var biasHH: Parameter

  /// Makes a cell of weights from U(-1/√H, 1/√H), drawn in visiting order.
  ///
  /// - Parameters:
  ///   - inputSize: D, the width of the inputs.
  ///   - hiddenSize: H, the number of units.
  ///   - generator: What the weights are drawn from.
  public init(inputSize: Int, hiddenSize: Int, using generator: inout SeededGenerator) {
    precondition(
      inputSize >= 1 && hiddenSize >= 1, "a cell of \(inputSize) inputs and \(hiddenSize) units")
    let bound = 1 / Double(hiddenSize).squareRoot()
    func drawn(_ shape: [Int]) -> Parameter {
      Parameter(generator.uniform(in: -bound...bound, shape: shape))
    }
    weightIH = drawn([3 * hiddenSize, inputSize])
    weightHH = drawn([3 * hiddenSize, hiddenSize])
    biasIH = drawn([3 * hiddenSize])
    biasHH = drawn([3 * hiddenSize])
  }

  /// D: the width of the inputs.
  public var inputSize: Int { weightIH.value.shape[1] }
  /// H: the number of units.
  public var hiddenSize: Int { weightHH.value.shape[1] }

  /// Visits `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try visit("weight_ih", &weightIH)
    try visit("weight_hh", &weightHH)
    try visit("bias_ih", &biasIH)
    try visit("bias_hh", &biasHH)
  }

  /// Zeros.
  public func initialState(batchSize: Int) -> HiddenState { .zeros(batchSize, hiddenSize) }

  /// One step; see the equations above.
  public func step(_ x: Variable, _ state: HiddenState) -> (output: Variable, state: HiddenState) {
    let tape = Variable.commonTape(of: [x, state.hidden])
    let input = x.linear(weight: weightIH.variable(on: tape), bias: biasIH.variable(on: tape))
    let recurrent = state.hidden.linear(
      weight: weightHH.variable(on: tape), bias: biasHH.variable(on: tape))
    let units = hiddenSize
    let (first, second, third) = (0..<units, units..<2 * units, 2 * units..<3 * units)
    let r = (input.columns(first) + recurrent.columns(first)).sigmoid()
    let z = (input.columns(second) + recurrent.columns(second)).sigmoid()
    let n = (input.columns(third) + r * recurrent.columns(third)).tanh()
    let hidden = n + z * (state.hidden - n)
    return (hidden, HiddenState(hidden: hidden))
  }
}

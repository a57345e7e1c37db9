public import RecurGradients
public import RecurTensors

/// Long short-term memory (Hochreiter and Schmidhuber, Neural Computation 9, 1997) with the forget
/// gate of Gers, Schmidhuber and Cummins (Neural Computation 12, 2000).
///
///     i  = σ(W_ii x + b_ii + W_hi h + b_hi)
///     f  = σ(W_if x + b_if + W_hf h + b_hf)
///     g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
///     o  = σ(W_io x + b_io + W_ho h + b_ho)
///     c' = f ∘ c + i ∘ g
///     h' = o ∘ tanh(c')
///
/// Gate order in every stored tensor: i f g o. Names, shapes and initial weights are PyTorch's.
public struct LSTMCell: RecurrentCell {
  /// From the inputs, (4H, D).
  public var weightIH: Parameter
  /// From the hidden state, (4H, H).
  public var weightHH: Parameter
  /// With the inputs, (4H).
  public var biasIH: Parameter
  /// With the hidden state, (4H).
  public var biasHH: Parameter

  /// Makes a cell of weights from U(-1/√H, 1/√H), drawn in visiting order.
  ///
  /// - Parameters:
  ///   - inputSize: D, the width of the inputs.
  ///   - hiddenSize: H, the number of units.
  ///   - forgetBias: What the two biases of the forget gate add up to at the start: with 1 the cell
  ///     remembers before it has learnt to (Jozefowicz and others, 2015). Nil, the default, leaves
  ///     them as drawn.
  ///   - generator: What the weights are drawn from.
  public init(
    inputSize: Int, hiddenSize: Int, forgetBias: Real? = nil,
    using generator: inout SeededGenerator
  ) {
    precondition(
      inputSize >= 1 && hiddenSize >= 1, "a cell of \(inputSize) inputs and \(hiddenSize) units")
    let bound = 1 / Double(hiddenSize).squareRoot()
    func drawn(_ shape: [Int]) -> Parameter {
      Parameter(generator.uniform(in: -bound...bound, shape: shape))
    }
    weightIH = drawn([4 * hiddenSize, inputSize])
    weightHH = drawn([4 * hiddenSize, hiddenSize])
    biasIH = drawn([4 * hiddenSize])
    biasHH = drawn([4 * hiddenSize])
    guard let forgetBias else { return }
    biasIH.value.withUnsafeMutableBuffer {
      $0[hiddenSize..<2 * hiddenSize].update(repeating: forgetBias)
    }
    biasHH.value.withUnsafeMutableBuffer { $0[hiddenSize..<2 * hiddenSize].update(repeating: 0) }
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
  public func initialState(batchSize: Int) -> LSTMState { .zeros(batchSize, hiddenSize) }

  /// One step; see the equations above.
  public func step(_ x: Variable, _ state: LSTMState) -> (output: Variable, state: LSTMState) {
    let tape = Variable.commonTape(of: [x, state.hidden, state.cell])
    let sum =
      x.linear(weight: weightIH.variable(on: tape), bias: biasIH.variable(on: tape))
      + state.hidden.linear(weight: weightHH.variable(on: tape), bias: biasHH.variable(on: tape))
    let units = hiddenSize
    let i = sum.columns(0..<units).sigmoid()
    let f = sum.columns(units..<2 * units).sigmoid()
    let g = sum.columns(2 * units..<3 * units).tanh()
    let o = sum.columns(3 * units..<4 * units).sigmoid()
    let cell = f * state.cell + i * g
    let hidden = o * cell.tanh()
    return (hidden, LSTMState(hidden: hidden, cell: cell))
  }
}

public import RecurGradients
public import RecurTensors

/// The simple recurrent network of Elman (Finding structure in time, Cognitive Science 14, 1990).
///
///     h' = f(W_ih x + b_ih + W_hh h + b_hh)        f = tanh or relu
///
/// One gate; nothing to order. Names, shapes and initial weights are PyTorch's.
public struct RNNCell: RecurrentCell {
  /// What squashes the sum.
  public enum Activation: String, Codable, CaseIterable, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// The rectified linear function.
    case relu
  }

  /// From the inputs, (H, D).
  public var weightIH: Parameter
  /// From the hidden state, (H, H).
  public var weightHH: Parameter
  /// With the inputs, (H).
  public var biasIH: Parameter
  /// With the hidden state, (H).
  public var biasHH: Parameter
  /// What squashes the sum.
  public let activation: Activation

  /// Makes a cell of weights from U(-1/√H, 1/√H), drawn in visiting order.
  ///
  /// - Parameters:
  ///   - inputSize: D, the width of the inputs.
  ///   - hiddenSize: H, the number of units.
  ///   - activation: What squashes the sum; tanh by default.
  ///   - generator: What the weights are drawn from.
  public init(
    inputSize: Int, hiddenSize: Int, activation: Activation = .tanh,
    using generator: inout SeededGenerator
  ) {
    precondition(
      inputSize >= 1 && hiddenSize >= 1, "a cell of \(inputSize) inputs and \(hiddenSize) units")
    let bound = 1 / Double(hiddenSize).squareRoot()
    func drawn(_ shape: [Int]) -> Parameter {
      Parameter(generator.uniform(in: -bound...bound, shape: shape))
    }
    weightIH = drawn([hiddenSize, inputSize])
    weightHH = drawn([hiddenSize, hiddenSize])
    biasIH = drawn([hiddenSize])
    biasHH = drawn([hiddenSize])
    self.activation = activation
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

  /// One step; see the equation above.
  public func step(_ x: Variable, _ state: HiddenState) -> (output: Variable, state: HiddenState) {
    let tape = Variable.commonTape(of: [x, state.hidden])
    let sum =
      x.linear(weight: weightIH.variable(on: tape), bias: biasIH.variable(on: tape))
      + state.hidden.linear(weight: weightHH.variable(on: tape), bias: biasHH.variable(on: tape))
    let hidden =
      switch activation {
      case .tanh: sum.tanh()
      case .relu: sum.relu()
      }
    return (hidden, HiddenState(hidden: hidden))
  }
}

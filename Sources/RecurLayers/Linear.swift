public import RecurGradients
public import RecurTensors

/// An affine map: y = x · Wᵀ + b.
public struct Linear: Module {
  /// W, (N, K).
  public var weight: Parameter
  /// b, (N); nil where the map is linear.
  public var bias: Parameter?

  /// Makes a map of weights from U(-1/√K, 1/√K), as PyTorch does: first the weight, then the bias.
  ///
  /// - Parameters:
  ///   - inputSize: K, the width of the inputs.
  ///   - outputSize: N, the width of the outputs.
  ///   - hasBias: Whether b is there.
  ///   - generator: What the weights are drawn from.
  public init(
    inputSize: Int, outputSize: Int, hasBias: Bool = true, using generator: inout SeededGenerator
  ) {
    precondition(
      inputSize >= 1 && outputSize >= 1, "a map from \(inputSize) inputs to \(outputSize) outputs")
    let bound = 1 / Double(inputSize).squareRoot()
    weight = Parameter(generator.uniform(in: -bound...bound, shape: [outputSize, inputSize]))
    if hasBias {
      bias = Parameter(generator.uniform(in: -bound...bound, shape: [outputSize]))
    }
  }

  /// Makes a map of a given weight, (N, K), and bias, (N).
  public init(weight: Tensor, bias: Tensor? = nil) {
    precondition(
      weight.rank == 2 && (bias == nil || bias?.shape == [weight.shape[0]]),
      "a weight \(weight.shape) with the bias \(bias?.shape ?? [])")
    self.weight = Parameter(weight)
    self.bias = bias.map { Parameter($0) }
  }

  /// K: the width of the inputs.
  public var inputSize: Int { weight.value.shape[1] }
  /// N: the width of the outputs.
  public var outputSize: Int { weight.value.shape[0] }

  /// Visits `weight`, then `bias` where there is one.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    // Where it stands alone: writing to it then copies nothing.
    if var own = bias.take() {
      defer { bias = own }
      try visit("bias", &own)
    }
  }

  /// Maps (…, K) to (…, N), on the tape of the inputs where they are on one.
  public func callAsFunction(_ x: Variable) -> Variable {
    x.linear(weight: weight.variable(on: x.tape), bias: bias?.variable(on: x.tape))
  }
}

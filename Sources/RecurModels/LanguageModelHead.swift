public import RecurGradients
import RecurLayers
public import RecurTensors

/// From the core's outputs to logits over the vocabulary: `logits = outputs · Wᵀ + b`.
///
/// Untied, `W` is a parameter of its own; tied (Press and Wolf, 2017), it is the embedding's weight,
/// which is then stored once and gets its gradient along both paths.
public struct LanguageModelHead: Module {
  /// The weight, (V, H); nil where the embedding's is used.
  public var weight: Parameter?
  /// The bias, (V).
  public var bias: Parameter

  /// A head with a weight of its own, both uniform in ±1/√H as in PyTorch.
  public init(hiddenSize: Int, vocabularySize: Int, using generator: inout SeededGenerator) {
    let bound = 1 / Double(hiddenSize).squareRoot()
    weight = Parameter(
      generator.uniform(in: -bound...bound, shape: [vocabularySize, hiddenSize]))
    bias = Parameter(generator.uniform(in: -bound...bound, shape: [vocabularySize]))
  }

  /// A head of given parameters.
  ///
  /// - Parameters:
  ///   - weight: (V, H); nil to use the embedding's.
  ///   - bias: (V).
  public init(weight: Parameter?, bias: Parameter) {
    precondition(
      bias.value.rank == 1
        && (weight.map { $0.value.rank == 2 && $0.value.shape[0] == bias.value.count } ?? true),
      "a head of weight \(weight?.value.shape ?? []) and bias \(bias.value.shape)")
    self.weight = weight
    self.bias = bias
  }

  /// Visits `weight`, where there is one, then `bias`.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    if var own = weight {
      weight = nil
      defer { weight = own }
      try visit("weight", &own)
    }
    try visit("bias", &bias)
  }

  /// The logits, (N, V).
  ///
  /// - Parameters:
  ///   - outputs: The core's outputs, (N, H).
  ///   - embedding: The embedding's weight, for a tied head, (V, H).
  func callAsFunction(_ outputs: Variable, embedding: Variable) -> Variable {
    outputs.linear(
      weight: weight?.variable(on: outputs.tape) ?? embedding,
      bias: bias.variable(on: outputs.tape))
  }

  /// The mean loss of the targets that are not negative, in nats, a single scalar.
  ///
  /// - Parameters:
  ///   - outputs: The core's outputs, (N, H).
  ///   - targets: (N).
  ///   - embedding: The embedding's weight, for a tied head, (V, H).
  func objective(
    _ outputs: Variable, targets: [Int32], embedding: Variable, on tape: Tape?
  ) -> Variable {
    linearCrossEntropy(
      outputs, weight: weight?.variable(on: tape) ?? embedding, bias: bias.variable(on: tape),
      targets: targets
    ).mean
  }
}

public import RecurGradients
public import RecurLayers
public import RecurTensors
import RecurText

/// From the core's outputs to logits over the vocabulary: `logits = outputs · Wᵀ + b`, or an adaptive
/// softmax.
///
/// Untied, `W` is a parameter of its own; tied (Press and Wolf, 2017), it is the embedding's weight,
/// which is then stored once and gets its gradient along both paths.
///
/// An adaptive softmax wants its classes by falling frequency. In a vocabulary the 256 byte tokens come
/// first, which hardly occur, and then the pieces, the most frequent first: its class is the token less
/// 256, and the byte tokens are the last classes. A vocabulary of no more than 256 tokens is taken as it
/// is.
public struct LanguageModelHead: Module {
  /// The weight, (V, H); nil where the embedding's is used, and in an adaptive softmax.
  public var weight: Parameter?
  /// The bias, (V); nil in an adaptive softmax.
  public var bias: Parameter?
  /// The adaptive softmax; nil for a full one.
  public var adaptive: AdaptiveSoftmax?

  /// A head with weights of its own, all uniform in ±1/√H as in PyTorch.
  ///
  /// - Parameter adaptiveCutoffs: The cut-offs of an adaptive softmax; nil for a full one.
  public init(
    hiddenSize: Int, vocabularySize: Int, adaptiveCutoffs: [Int]? = nil,
    using generator: inout SeededGenerator
  ) {
    if let adaptiveCutoffs {
      adaptive = AdaptiveSoftmax(
        inputSize: hiddenSize, classCount: vocabularySize, cutoffs: adaptiveCutoffs,
        using: &generator)
      return
    }
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

  /// A head that is an adaptive softmax of V classes.
  public init(_ adaptive: AdaptiveSoftmax) {
    self.adaptive = adaptive
  }

  /// V and H; nil where the embedding's weight is used.
  var shape: [Int]? {
    adaptive.map { [$0.classCount, $0.inputSize] } ?? weight?.value.shape
  }

  /// Visits `weight`, where there is one, then `bias`; or the parameters of the adaptive softmax.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try adaptive?.visitParameters(visit)
    try Self.visit(&weight) { try visit("weight", &$0) }
    try Self.visit(&bias) { try visit("bias", &$0) }
  }

  /// Visits a parameter where it stands, so that writing it copies nothing.
  private static func visit(
    _ parameter: inout Parameter?, _ visit: (inout Parameter) throws -> Void
  ) rethrows {
    guard var own = parameter.take() else { return }
    defer { parameter = own }
    try visit(&own)
  }

  // MARK: Classes

  /// Tokens that the classes of an adaptive softmax of V classes pass over at first.
  static func firstToken(vocabularySize: Int) -> Int {
    vocabularySize > Vocabulary.byteTokenCount ? Vocabulary.byteTokenCount : 0
  }

  /// The classes of tokens; what is negative stays so.
  private func classes(of tokens: [Int32], in adaptive: AdaptiveSoftmax) -> [Int32] {
    let count = Int32(adaptive.classCount)
    let first = Int32(Self.firstToken(vocabularySize: adaptive.classCount))
    return tokens.map { token in
      token < 0 ? -1 : token >= first ? token - first : token - first + count
    }
  }

  // MARK: Logits and losses

  /// The logits, (N, V); the logarithms of the probabilities where the softmax is adaptive.
  ///
  /// - Parameters:
  ///   - outputs: The core's outputs, (N, H).
  ///   - embedding: The embedding's weight, for a tied head, (V, H).
  func logits(_ outputs: Tensor, embedding: Tensor) -> Tensor {
    if let adaptive {
      var result = Tensor(unwritten: [outputs.shape[0], adaptive.classCount])
      var workspace = Tensor(unwritten: [0])
      packed(embedding: embedding)(outputs, into: &result, workspace: &workspace)
      return result
    }
    return Variable(outputs).linear(
      weight: Variable(weight?.value ?? embedding), bias: bias.map { Variable($0.value) }
    ).value
  }

  /// The head for inference.
  ///
  /// - Parameter weights: What is kept of the weights.
  func packed(embedding: Tensor, _ weights: InferenceWeights = .unchanged) -> PackedHead {
    if let adaptive {
      return .adaptive(
        PackedAdaptiveSoftmax(
          adaptive, firstColumn: Self.firstToken(vocabularySize: adaptive.classCount), weights))
    }
    return .full(PackedLinear(weight: weight?.value ?? embedding, bias: bias?.value, weights))
  }

  /// The loss of each row, in nats; 0 for a negative target.
  func losses(_ outputs: Tensor, targets: [Int32], embedding: Tensor) -> [Double] {
    if let adaptive {
      return adaptive.losses(outputs, targets: classes(of: targets, in: adaptive))
    }
    return crossEntropyLosses(logits(outputs, embedding: embedding), targets: targets)
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
    if let adaptive {
      return adaptive.crossEntropy(outputs, targets: classes(of: targets, in: adaptive)).mean
    }
    return linearCrossEntropy(
      outputs, weight: weight?.variable(on: tape) ?? embedding, bias: bias?.variable(on: tape),
      targets: targets
    ).mean
  }
}

/// A head whose weights are packed once.
enum PackedHead: Sendable {
  case full(PackedLinear)
  case adaptive(PackedAdaptiveSoftmax)

  /// The logits of each row of outputs, (B, H), written to `logits`, (B, V).
  ///
  /// - Parameters:
  ///   - workspace: Memory that is kept from call to call.
  ///   - team: The threads.
  func callAsFunction(
    _ outputs: Tensor, into logits: inout Tensor, workspace: inout Tensor,
    on team: ThreadTeam = .current
  ) {
    switch self {
    case .full(let linear): linear(outputs, into: &logits, workspace: &workspace, on: team)
    case .adaptive(let softmax):
      ThreadTeam.$current.withValue(team) { softmax(outputs, into: &logits) }
    }
  }
}

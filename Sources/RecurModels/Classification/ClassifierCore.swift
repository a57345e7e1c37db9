public import RecurCore
public import RecurGradients
import RecurTensors

/// The recurrent layers of a classifier: in one direction or in both.
public enum ClassifierCore: Module {
  /// Reads from the first token to the last.
  case forward(RecurrentStack)
  /// Reads in both directions.
  case both(Bidirectional)

  /// D: the width of the inputs.
  public var inputSize: Int {
    switch self {
    case .forward(let stack): stack.inputSize
    case .both(let stack): stack.inputSize
    }
  }

  /// W: the width of the outputs.
  public var outputSize: Int {
    switch self {
    case .forward(let stack): stack.hiddenSize
    case .both(let stack): stack.outputSize
    }
  }

  /// How many columns of the outputs belong to the forward direction.
  public var forwardSize: Int {
    switch self {
    case .forward(let stack): stack.hiddenSize
    case .both(let stack): stack.outputSize / 2
    }
  }

  /// What is dropped inside of the layers, in training.
  public var dropout: CoreDropout {
    get {
      switch self {
      case .forward(let stack): stack.dropout
      case .both(let stack): stack.dropout
      }
    }
    set {
      switch self {
      case .forward(var stack):
        stack.dropout = newValue
        self = .forward(stack)
      case .both(var stack):
        stack.dropout = newValue
        self = .both(stack)
      }
    }
  }

  /// Visits the parameters of each layer under its number.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    // Nothing else holds the layers meanwhile: writing to them would copy them.
    switch self {
    case .forward(var stack):
      var rest = stack
      rest.layers = []
      self = .forward(rest)
      defer { self = .forward(stack) }
      try stack.visitParameters(visit)
    case .both(var stack):
      var rest = stack
      rest.layers = []
      self = .both(rest)
      defer { self = .both(stack) }
      try stack.visitParameters(visit)
    }
  }

  /// The outputs of the last layer for the rows of an embedding, (T, B, W).
  ///
  /// - Parameter perturbation: What is added to the inputs, (T, B, D).
  func unroll(
    tokens: [Int32], embedding: Variable, perturbation: Variable? = nil, batchSize: Int,
    lengths: [Int32]?, from carry: Carry?
  ) -> (outputs: Variable, carry: Carry) {
    let inputs = perturbation.map {
      dropout.embedded(tokens, in: embedding, batchSize: batchSize) + $0
    }
    switch self {
    case .forward(let stack):
      if let inputs { return stack.unroll(inputs, lengths: lengths, from: carry) }
      return stack.unroll(
        tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: lengths, from: carry)
    case .both(let stack):
      if let inputs { return stack.unroll(inputs, lengths: lengths, from: carry) }
      return stack.unroll(
        tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: lengths, from: carry)
    }
  }

  /// The state before the first step of both directions, of one row.
  static func initialCarry(of stack: Bidirectional) -> Carry {
    let cells = stack.layers.flatMap { [$0.forward, $0.backward] }
    return RecurrentStack.initialCarry(of: cells, batchSize: 1)
  }

  /// The state with which the next segment begins: that of the forward directions, and zeros.
  static func beginningBackwardAnew(_ carry: Carry) -> Carry {
    Carry(
      layers: carry.layers.enumerated().map { index, parts in
        index % 2 == 0 ? parts : parts.map { Tensor(zeros: $0.shape) }
      })
  }
}

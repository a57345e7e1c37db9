public import RecurGradients
public import RecurTensors

/// What is dropped at random inside of a recurrent core; all of it acts on a tape only, that is in
/// training, and at the speed of the kernels.
///
///     RecurrentStack(layers: …, dropout: CoreDropout(between: 0.25, weights: 0.5, locked: true))
///
/// With everything but `between` it is the regularisation of the AWD-LSTM (Merity, Keskar and Socher,
/// ICLR 2018).
public struct CoreDropout: Sendable, Equatable {
  /// The probability of an output to be dropped between two layers.
  public var between: Real
  /// The probability of an element of the first layer's inputs to be dropped.
  public var inputs: Real
  /// The probability of a row of the embedding to be dropped for the whole window: the word is then
  /// zeros wherever it occurs.
  public var embedding: Real
  /// The probability of an element of each built-in layer's recurrent weight to be dropped, the same
  /// in all steps of a window (DropConnect; Wan and others, ICML 2013). Cells of a user's own, whose
  /// weights nobody else knows, are left as they are.
  public var weights: Real
  /// Whether `between` and `inputs` drop the same elements in every step of a window.
  public var isLocked: Bool

  /// Sets up what is dropped; nothing by default.
  ///
  /// - Precondition: probabilities are from 0 up to, not including, 1.
  public init(
    between: Real = 0, inputs: Real = 0, embedding: Real = 0, weights: Real = 0,
    locked isLocked: Bool = false
  ) {
    for probability in [between, inputs, embedding, weights] {
      precondition((0..<1).contains(probability), "dropout with probability \(probability)")
    }
    self.between = between
    self.inputs = inputs
    self.embedding = embedding
    self.weights = weights
    self.isLocked = isLocked
  }

  /// Drops elements of a sequence, (T, …), the same in every step where `isLocked`.
  public func callAsFunction(_ sequence: Variable, probability: Real) -> Variable {
    isLocked
      ? sequence.lockedDropout(probability: probability)
      : sequence.dropout(probability: probability)
  }

  /// The rows of an embedding for some tokens, whole rows dropped by `embedding`.
  ///
  /// - Parameters:
  ///   - tokens: (T, B).
  ///   - weight: The embedding's weight, (V, D).
  ///   - batchSize: B.
  /// - Returns: (T, B, D).
  public func embedded(_ tokens: [Int32], in weight: Variable, batchSize: Int) -> Variable {
    let table = table(tokens, in: weight)
    return table.rows.gatherRows(table.numbers)
      .reshaped([tokens.count / batchSize, batchSize] + weight.shape.dropFirst())
  }

  /// Tokens as rows of a table, some of which are dropped.
  func table(_ tokens: [Int32], in embedding: Variable) -> EmbeddedTokens {
    guard self.embedding > 0, embedding.tape != nil else {
      return EmbeddedTokens(rows: embedding, numbers: tokens)
    }
    var table = EmbeddedTokens(tokens, in: embedding)
    table.rows = table.rows.rowDropout(probability: self.embedding, names: table.tokens)
    return table
  }
}

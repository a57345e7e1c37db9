public import RecurGradients
public import RecurTensors

/// A table with one trainable row for each token.
public struct Embedding: Module {
  /// The rows, (V, E).
  public var weight: Parameter

  /// Makes a table of standard normal numbers.
  ///
  /// - Parameters:
  ///   - vocabularySize: V, the number of tokens.
  ///   - embeddingSize: E, the width of a row.
  ///   - generator: What the rows are drawn from.
  public init(
    vocabularySize: Int, embeddingSize: Int, using generator: inout SeededGenerator
  ) {
    precondition(
      vocabularySize >= 1 && embeddingSize >= 1,
      "an embedding of \(vocabularySize) rows of \(embeddingSize)")
    weight = Parameter(generator.normal(shape: [vocabularySize, embeddingSize]))
  }

  /// Makes a table of given rows, (V, E).
  public init(weight: Tensor) {
    precondition(weight.rank == 2, "an embedding of the shape \(weight.shape)")
    self.weight = Parameter(weight)
  }

  /// V: the number of tokens.
  public var vocabularySize: Int { weight.value.shape[0] }
  /// E: the width of a row.
  public var embeddingSize: Int { weight.value.shape[1] }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
  }

  /// Looks tokens up.
  ///
  /// - Parameters:
  ///   - tokens: (T, B), numbers from 0 up to V - 1.
  ///   - batchSize: B.
  ///   - tape: The tape to record on; nil in inference.
  /// - Returns: (T, B, E).
  public func callAsFunction(
    _ tokens: [Int32], batchSize: Int, on tape: Tape? = nil
  ) -> Variable {
    precondition(
      batchSize >= 1 && tokens.count % batchSize == 0,
      "\(tokens.count) tokens in \(batchSize) batch rows")
    return weight.variable(on: tape).gatherRows(tokens)
      .reshaped([tokens.count / batchSize, batchSize, embeddingSize])
  }
}

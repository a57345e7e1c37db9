public import RecurFiles

/// What a language model of built-in cells is made of: the content of its `config.json`.
///
/// A configuration from outside may hold anything; `validate` says everything that is wrong with
/// it, and nothing is allocated before.
public struct LanguageModelConfiguration: Sendable, Equatable {
  /// The cell of every layer.
  public var cell: CellKind
  /// V: the tokens of the vocabulary.
  public var vocabularySize: Int
  /// E: the width of the embedding.
  public var embeddingSize: Int
  /// H of each layer, from the inputs to the outputs.
  public var hiddenSizes: [Int]
  /// The probability with which an output of a layer is dropped in training, in [0, 1).
  public var dropout: Double
  /// Whether the decoder uses the embedding's weight; E must then be the last H.
  public var tiesWeights: Bool
  /// What the biases of an LSTM's forget gate add up to at the start; nil where they are drawn.
  public var forgetBias: Double?

  /// Describes a model; see `validate()` for what is possible.
  public init(
    cell: CellKind, vocabularySize: Int, embeddingSize: Int, hiddenSizes: [Int],
    dropout: Double = 0, tiesWeights: Bool = false, forgetBias: Double? = nil
  ) {
    self.cell = cell
    self.vocabularySize = vocabularySize
    self.embeddingSize = embeddingSize
    self.hiddenSizes = hiddenSizes
    self.dropout = dropout
    self.tiesWeights = tiesWeights
    self.forgetBias = forgetBias
  }

  /// The greatest vocabulary: 16,777,216 tokens.
  public static let maximumVocabularySize = 1 << 24
  /// The greatest width of the embedding or of a layer: 65,536.
  public static let maximumSize = 1 << 16
  /// The most layers: 64.
  public static let maximumLayerCount = 64
  /// The most parameters: 536,870,912, two gibibytes of them.
  public static let maximumParameterCount = 1 << 29

  /// Checks everything at once.
  ///
  /// - Throws: `.badConfiguration` with every problem in one line.
  public func validate() throws(RecurError) {
    let problems = problems
    if problems.isEmpty { return }
    throw RecurError(
      .badConfiguration, RecurError.joined(problems),
      hint: "choose sizes from 1 on, and a dropout from 0 up to, not including, 1")
  }

  /// Everything that is wrong; empty for a configuration that can be built.
  var problems: [String] {
    var problems = core.problems
    if tiesWeights, let last = hiddenSizes.last, last != embeddingSize {
      problems.append(
        "tie_weights needs embedding_size (\(embeddingSize)) and the last hidden size (\(last)) "
          + "to be equal")
    }
    return problems.isEmpty ? CoreConfiguration.countProblems(parameterShapes) : problems
  }

  /// The core, without the head.
  var core: CoreConfiguration {
    CoreConfiguration(
      cell: cell, vocabularySize: vocabularySize, embeddingSize: embeddingSize,
      hiddenSizes: hiddenSizes, dropout: dropout, forgetBias: forgetBias)
  }
}

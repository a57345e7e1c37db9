import RecurCore
public import RecurFiles
public import RecurGradients
public import RecurLayers
public import RecurTensors

/// A recurrent classifier of sequences:
///
///     tokens ──► embedding (V, E) ──► recurrent core ──► pooling ──► dropout ──► head (C, P) ──► logits
///
/// Pooling sees a sequence's own steps only, never the padding behind it. The parameters have
/// PyTorch's names: `embedding.weight`, `rnn.weight_ih_l0`, `rnn.weight_ih_l0_reverse`, …,
/// `attention.weight`, `classifier.weight`, `classifier.bias`. Dropout acts between the layers and
/// before the head, and only on a tape. A model is a value: any number of tasks score with one, without
/// a lock.
public struct SequenceClassifier: Module {
  /// A row for each token, (V, E).
  public var embedding: Embedding
  /// The recurrent layers.
  public var core: ClassifierCore
  /// From the outputs of all steps to one vector, (P).
  public var pooling: SequencePooling
  /// From the pooled vector to logits, (C, P).
  public var head: Linear
  /// What the model was made from.
  public var configuration: SequenceClassifierConfiguration

  /// A model with fresh weights, initialised as in PyTorch: the embedding standard normal, the
  /// layers uniform in ±1/√H, the head uniform in ±1/√P.
  ///
  /// - Throws: `.badConfiguration` with everything that is wrong.
  public init(
    _ configuration: SequenceClassifierConfiguration, using generator: inout SeededGenerator
  ) throws(RecurError) {
    try configuration.validate()
    embedding = Embedding(
      vocabularySize: configuration.vocabularySize, embeddingSize: configuration.embeddingSize,
      using: &generator)
    core = Self.core(configuration, using: &generator)
    pooling = SequencePooling(
      configuration.pooling, width: configuration.outputSize,
      forwardWidth: configuration.hiddenSizes.last, using: &generator)
    head = Linear(
      inputSize: configuration.pooledSize, outputSize: configuration.classCount, using: &generator)
    self.configuration = configuration
  }

  private static func core(
    _ configuration: SequenceClassifierConfiguration, using generator: inout SeededGenerator
  ) -> ClassifierCore {
    let dropout = Real(configuration.dropout)
    var inputSize = configuration.embeddingSize
    if !configuration.isBidirectional {
      var layers: [any RecurrentCell] = []
      for cell in configuration.cells {
        layers.append(cell.cell(inputSize: inputSize, using: &generator))
        inputSize = cell.hiddenSize
      }
      return .forward(RecurrentStack(layers: layers, dropout: dropout))
    }
    var layers: [Bidirectional.Layer] = []
    for cell in configuration.cells {
      let forward = cell.cell(inputSize: inputSize, using: &generator)
      let backward = cell.cell(inputSize: inputSize, using: &generator)
      layers.append(Bidirectional.Layer(forward: forward, backward: backward))
      inputSize = 2 * cell.hiddenSize
    }
    return .both(Bidirectional(layers: layers, dropout: dropout))
  }

  /// V: the tokens of the vocabulary.
  public var vocabularySize: Int { embedding.vocabularySize }

  /// Visits `embedding.…`, `rnn.…`, `attention.…`, `classifier.…`.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try embedding.visitParameters { try visit("embedding.\($0)", &$1) }
    try core.visitParameters { try visit("rnn.\($0)", &$1) }
    try pooling.visitParameters { try visit("attention.\($0)", &$1) }
    try head.visitParameters { try visit("classifier.\($0)", &$1) }
  }
}

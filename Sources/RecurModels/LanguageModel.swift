public import RecurCore
public import RecurFiles
public import RecurGradients
public import RecurLayers
public import RecurTensors

/// A recurrent language model: the distribution of the next token after all the tokens before it.
///
///     tokens ──► embedding (V, E) ──► recurrent stack ──► dropout ──► head (V, H) ──► logits
///
/// The parameters have PyTorch's names: `embedding.weight`, `rnn.weight_ih_l0`, …,
/// `decoder.weight`, `decoder.bias`. Dropout acts between the layers and on the outputs, what else is
/// dropped says `stack.dropout`, and all of it acts only on a tape. A model is a value: any number of tasks score with one, without a lock.
public struct LanguageModel: Module {
  /// A row for each token, (V, E).
  public var embedding: Embedding
  /// The recurrent layers.
  public var stack: RecurrentStack
  /// From outputs to logits.
  public var head: LanguageModelHead
  /// The probability with which an output before the head is dropped in training: in every step the
  /// same outputs where `stack.dropout.isLocked`.
  public var dropout: Real
  /// What the model was made from; nil for a model composed of cells of one's own.
  public let configuration: LanguageModelConfiguration?

  /// A model of any cells. Such a model has no configuration and hence no model directory; its
  /// parameters are stored by `SafetensorsFile` and `storedTensors`.
  ///
  /// - Parameters:
  ///   - embedding: (V, E); E is the input width of the first layer.
  ///   - stack: The layers.
  ///   - head: H, or E where it is tied, is the output width of the last layer.
  ///   - dropout: On the outputs before the head, in training.
  public init(
    embedding: Embedding, stack: RecurrentStack, head: LanguageModelHead, dropout: Real = 0
  ) {
    self.init(
      embedding: embedding, stack: stack, head: head, dropout: dropout, configuration: nil)
  }

  init(
    embedding: Embedding, stack: RecurrentStack, head: LanguageModelHead, dropout: Real,
    configuration: LanguageModelConfiguration?
  ) {
    let shape = embedding.weight.value.shape
    let headShape = head.shape ?? shape
    precondition(
      headShape == [shape[0], stack.hiddenSize] && stack.inputSize == shape[1],
      "an embedding \(shape), a stack from \(stack.inputSize) to \(stack.hiddenSize) and a head "
        + "\(headShape) do not fit")
    precondition(dropout >= 0 && dropout < 1, "a dropout of \(dropout)")
    self.embedding = embedding
    self.stack = stack
    self.head = head
    self.dropout = dropout
    self.configuration = configuration
  }

  /// A model with fresh weights, initialised as in PyTorch: the embedding standard normal, the
  /// layers and the head uniform in ±1/√H. A tied weight is initialised as the head's.
  ///
  /// - Throws: `.badConfiguration` with everything that is wrong.
  public init(
    _ configuration: LanguageModelConfiguration, using generator: inout SeededGenerator
  ) throws(RecurError) {
    try configuration.validate()
    self.init(validated: configuration, using: &generator)
  }

  /// A model with fresh weights; see `init(_:using:)`.
  ///
  /// - Parameters:
  ///   - vocabularySize: V.
  ///   - embeddingSize: E.
  ///   - cell: The cell and width of every layer.
  ///   - layers: How many layers.
  ///   - dropout: In training, between the layers and before the head.
  ///   - tiesWeights: Whether the head uses the embedding's weight.
  /// - Precondition: the configuration is valid.
  public init(
    vocabularySize: Int, embeddingSize: Int, cell: CellSpecification, layers: Int = 1,
    dropout: Double = 0, tiesWeights: Bool = false, using generator: inout SeededGenerator
  ) {
    precondition(layers >= 1, "a model of \(layers) layers")
    let configuration = LanguageModelConfiguration(
      cell: cell.kind, vocabularySize: vocabularySize, embeddingSize: embeddingSize,
      hiddenSizes: Array(repeating: cell.hiddenSize, count: layers), dropout: dropout,
      tiesWeights: tiesWeights, forgetBias: cell.forgetBias)
    let problems = configuration.problems
    precondition(problems.isEmpty, RecurError.joined(problems))
    self.init(validated: configuration, using: &generator)
  }

  private init(
    validated configuration: LanguageModelConfiguration, using generator: inout SeededGenerator
  ) {
    var embedding = Embedding(
      vocabularySize: configuration.vocabularySize, embeddingSize: configuration.embeddingSize,
      using: &generator)
    var layers: [any RecurrentCell] = []
    var inputSize = configuration.embeddingSize
    for cell in configuration.cells {
      layers.append(cell.cell(inputSize: inputSize, using: &generator))
      inputSize = cell.hiddenSize
    }
    var head = LanguageModelHead(
      hiddenSize: inputSize, vocabularySize: configuration.vocabularySize,
      adaptiveCutoffs: configuration.adaptiveCutoffs, using: &generator)
    if configuration.tiesWeights, let weight = head.weight {
      // A standard normal embedding would make logits of the size √H.
      embedding.weight.value = weight.value
      head.weight = nil
    }
    self.init(
      embedding: embedding,
      stack: RecurrentStack(layers: layers, dropout: configuration.core.coreDropout),
      head: head, dropout: Real(configuration.dropout), configuration: configuration)
  }

  /// V: the tokens of the vocabulary.
  public var vocabularySize: Int { embedding.weight.value.shape[0] }

  /// Visits `embedding.…`, `rnn.…`, `decoder.…`.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try embedding.visitParameters { try visit("embedding.\($0)", &$1) }
    try stack.visitParameters { try visit("rnn.\($0)", &$1) }
    try head.visitParameters { try visit("decoder.\($0)", &$1) }
  }
}

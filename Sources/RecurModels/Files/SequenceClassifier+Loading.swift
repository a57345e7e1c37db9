import RecurCore
public import RecurFiles
import RecurGradients
public import RecurLayers
public import RecurTensors

extension SequenceClassifier {
  /// A model with the weights of a file, without drawing any first.
  ///
  /// - Parameters:
  ///   - configuration: What the model is made of.
  ///   - file: Holds exactly the parameters of `configuration.parameterShapes`, as F32, F16 or BF16.
  ///   - allowingNonFinite: Whether NaN and infinities are taken.
  /// - Throws: `.badConfiguration` or `.badData` with every problem in one line.
  public init(
    _ configuration: SequenceClassifierConfiguration, from file: SafetensorsFile,
    allowingNonFinite: Bool = false
  ) throws(RecurError) {
    try configuration.validate()
    // Layers take their sizes from their weights: these are of size 1 until the file's are there.
    var generator = SeededGenerator(seed: 0)
    var seedling = configuration
    seedling.vocabularySize = 1
    seedling.embeddingSize = 1
    seedling.hiddenSizes = configuration.hiddenSizes.map { _ in 1 }
    self = try SequenceClassifier(seedling, using: &generator)
    try load(
      file, expecting: configuration.parameterShapes,
      types: SequenceClassifierConfiguration.storedTypes, allowingNonFinite: allowingNonFinite)
    pooling = pooling.resized(
      width: configuration.outputSize, forwardWidth: configuration.hiddenSizes.last ?? 0)
    self.configuration = configuration
  }

  /// A classifier that starts from a language model: its embedding and its layers, with a fresh
  /// pooling and head.
  ///
  /// A language model reads forwards. A classifier of both directions can start from one of a single
  /// layer; its backward direction is fresh.
  ///
  /// - Parameters:
  ///   - configuration: What the classifier is made of; embedding and layers must be the language
  ///     model's, see `SequenceClassifierConfiguration.init(startingFrom:classNames:)`.
  ///   - language: The language model.
  ///   - generator: What is fresh is drawn from it.
  /// - Throws: `.badConfiguration` with everything that is wrong or does not fit.
  public init(
    _ configuration: SequenceClassifierConfiguration, from language: LanguageModel,
    using generator: inout SeededGenerator
  ) throws(RecurError) {
    try configuration.validate()
    var problems: [String] = []
    if configuration.isBidirectional, configuration.hiddenSizes.count > 1 {
      problems.append(
        "the language model has \(configuration.hiddenSizes.count) layers: a classifier that reads in "
          + "both directions can begin with one")
    }
    let known = Dictionary(
      language.parameters.map { ($0.name, $0.value.shape) }, uniquingKeysWith: { first, _ in first }
    )
    let wanted = configuration.core.parameterShapes()
    for (name, shape) in wanted where known[name] != shape {
      problems.append(
        known[name].map { "\(name) is \($0) in the language model, \(shape) in the classifier" }
          ?? "\(name) \(shape) is not in the language model")
    }
    let count = known.keys.count { $0.hasPrefix("rnn.") }
    if problems.isEmpty, count != wanted.count - 1 || !language.isMade(of: configuration.cell) {
      problems.append(
        "the layers of the language model are not \(configuration.hiddenSizes.count) of "
          + configuration.cell.rawValue)
    }
    if !problems.isEmpty {
      throw RecurError(
        .badConfiguration, RecurError.joined(problems),
        hint:
          "leave out what the language model decides: cell, layers, sizes and tokenizer; with more "
          + "than one layer also --bidirectional")
    }
    try self.init(configuration, using: &generator)
    embedding = language.embedding
    switch core {
    case .forward: core = .forward(language.stack)
    case .both(var both):
      both.layers[0].forward = language.stack.layers[0]
      core = .both(both)
    }
    core.dropout = configuration.core.coreDropout
  }
}

extension SequenceClassifier {
  /// A classifier that starts from another: its embedding, layers and pooling; and its head, where the
  /// classes are the same ones.
  ///
  /// - Parameters:
  ///   - other: The classifier.
  ///   - configuration: What the new one is made of: the other's but for the classes and what concerns
  ///     training.
  ///   - generator: What a fresh head is drawn from.
  /// - Throws: `.badConfiguration` with everything that is wrong, or where the shapes are not the
  ///   other's.
  public init(
    startingFrom other: SequenceClassifier, _ configuration: SequenceClassifierConfiguration,
    using generator: inout SeededGenerator
  ) throws(RecurError) {
    try configuration.validate()
    let (own, others) = (configuration.parameterShapes, other.configuration.parameterShapes)
    for (own, other) in zip(own, others) where !own.name.hasPrefix("classifier.") && own != other {
      throw RecurError(
        .badConfiguration,
        "\(own.name) is \(own.shape), but \(other.name) is \(other.shape) in the other classifier",
        hint: "leave out what the other classifier decides: cell, layers, sizes and pooling")
    }
    self = other
    self.configuration = configuration
    core.dropout = configuration.core.coreDropout
    if configuration.classNames == other.configuration.classNames { return }
    head = Linear(
      inputSize: configuration.pooledSize, outputSize: configuration.classCount, using: &generator)
  }
}

extension LanguageModel {
  fileprivate func isMade(of cell: CellKind) -> Bool {
    configuration.map { $0.cell == cell } ?? true
  }
}

extension SequenceClassifierConfiguration {
  /// A classifier with the embedding and the layers of a language model.
  public init(
    startingFrom language: LanguageModelConfiguration, classNames: [String],
    pooling: Pooling = .concat, dropout: Double? = nil
  ) {
    self.init(
      cell: language.cell, vocabularySize: language.vocabularySize,
      embeddingSize: language.embeddingSize, hiddenSizes: language.hiddenSizes, pooling: pooling,
      dropout: dropout ?? language.dropout, classNames: classNames,
      forgetBias: language.forgetBias, locksDropout: language.locksDropout,
      inputDropout: language.inputDropout, embeddingDropout: language.embeddingDropout,
      weightDrop: language.weightDrop)
  }
}

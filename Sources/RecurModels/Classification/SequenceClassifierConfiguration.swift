public import RecurFiles
public import RecurLayers

/// What a sequence classifier is made of: the content of its `config.json`.
///
/// A configuration from outside may hold anything; `validate` says everything that is wrong with
/// it, and nothing is allocated before.
public struct SequenceClassifierConfiguration: Sendable, Equatable {
  /// The cell of every layer.
  public var cell: CellKind
  /// V: the tokens of the vocabulary.
  public var vocabularySize: Int
  /// E: the width of the embedding.
  public var embeddingSize: Int
  /// H of each layer, of each direction, from the inputs to the outputs.
  public var hiddenSizes: [Int]
  /// Whether every layer reads in both directions.
  public var isBidirectional: Bool
  /// How the outputs of all steps become one vector.
  public var pooling: Pooling
  /// The probability with which an output of a layer, or of the pooling, is dropped in training, in
  /// [0, 1).
  public var dropout: Double
  /// The names of the classes, in the order of the logits: at least two, all different.
  public var classNames: [String]
  /// What the logits are divided by before the softmax: 1 unless calibrated (Guo and others, "On
  /// Calibration of Modern Neural Networks", ICML 2017).
  public var temperature: Double
  /// What the term of the model's n-grams is multiplied by before it is added to the logits, see
  /// `NGramTerm`; nil for a model without one.
  public var ngramScale: Double?
  /// What the biases of an LSTM's forget gate add up to at the start; nil where they are drawn.
  public var forgetBias: Double?
  /// In training, the tokens at the end of a text through which gradients flow. Those before them
  /// are read as well, without a tape: the value is that of the whole text.
  public var maximumTokens: Int
  /// Whether `dropout` and `inputDropout` drop the same elements in every step.
  public var locksDropout: Bool
  /// The probability with which an element of the embedding's outputs is dropped in training.
  public var inputDropout: Double
  /// The probability with which a row of the embedding, a word, is dropped in training.
  public var embeddingDropout: Double
  /// The probability with which an element of a recurrent weight is dropped in training.
  public var weightDrop: Double

  /// Describes a classifier; see `validate()` for what is possible.
  public init(
    cell: CellKind, vocabularySize: Int, embeddingSize: Int, hiddenSizes: [Int],
    isBidirectional: Bool = false, pooling: Pooling = .concat, dropout: Double = 0,
    classNames: [String], temperature: Double = 1, ngramScale: Double? = nil,
    forgetBias: Double? = nil,
    maximumTokens: Int = 512, locksDropout: Bool = false, inputDropout: Double = 0,
    embeddingDropout: Double = 0, weightDrop: Double = 0
  ) {
    self.cell = cell
    self.vocabularySize = vocabularySize
    self.embeddingSize = embeddingSize
    self.hiddenSizes = hiddenSizes
    self.isBidirectional = isBidirectional
    self.pooling = pooling
    self.dropout = dropout
    self.classNames = classNames
    self.temperature = temperature
    self.ngramScale = ngramScale
    self.forgetBias = forgetBias
    self.maximumTokens = maximumTokens
    self.locksDropout = locksDropout
    self.inputDropout = inputDropout
    self.embeddingDropout = embeddingDropout
    self.weightDrop = weightDrop
  }

  /// The most classes: 4,096.
  public static let maximumClassCount = 1 << 12
  /// The most bytes of the names of all classes: 65,536, so that a `config.json` can be read again.
  public static let maximumNameByteCount = 1 << 16
  /// The most tokens that gradients flow through: 1,048,576.
  public static let maximumTokenLimit = 1 << 20

  /// C: the number of classes.
  public var classCount: Int { classNames.count }

  /// The core, without the head.
  var core: CoreConfiguration {
    CoreConfiguration(
      cell: cell, vocabularySize: vocabularySize, embeddingSize: embeddingSize,
      hiddenSizes: hiddenSizes, dropout: dropout, forgetBias: forgetBias,
      locksDropout: locksDropout, inputDropout: inputDropout, embeddingDropout: embeddingDropout,
      weightDrop: weightDrop)
  }

  /// Checks everything at once.
  ///
  /// - Throws: `.badConfiguration` with every problem in one line.
  public func validate() throws(RecurError) {
    let problems = problems
    if problems.isEmpty { return }
    throw RecurError(
      .badConfiguration, RecurError.joined(problems),
      hint:
        "choose sizes from 1 on, a dropout from 0 up to, not including, 1, and two classes or more"
    )
  }

  /// Everything that is wrong; empty for a configuration that can be built.
  var problems: [String] {
    var problems = core.problems
    if !(2...Self.maximumClassCount).contains(classNames.count) {
      problems.append(
        "id2label has \(classNames.count) classes, possible are 2 to \(Self.maximumClassCount)")
    }
    let byteCount = classNames.reduce(0) { $0 + $1.utf8.count }
    if byteCount > Self.maximumNameByteCount {
      problems.append(
        "the names of the classes have \(byteCount) bytes, the most is \(Self.maximumNameByteCount)"
      )
    }
    // Names that Unicode holds to be the same are one key of `label2id`.
    var known: Set<String> = []
    for name in classNames.prefix(Self.maximumClassCount) where !known.insert(name).inserted {
      problems.append("id2label has \"\(DisplayText.escaped(name, limit: 60))\" twice")
    }
    if !(temperature.isFinite && temperature > 0) {
      problems.append("temperature is \(temperature), possible are numbers above 0")
    }
    if let ngramScale, !(0...1e6 ~= ngramScale) {
      problems.append("ngram_scale is \(ngramScale), possible are numbers from 0 to 1000000")
    }
    if !(1...Self.maximumTokenLimit).contains(maximumTokens) {
      problems.append(
        "maximum_tokens is \(maximumTokens), possible are 1 to \(Self.maximumTokenLimit)")
    }
    return problems.isEmpty ? CoreConfiguration.countProblems(parameterShapes) : problems
  }
}

import RecurData
public import RecurFiles
import RecurGradients
import RecurLayers
public import RecurModels
import RecurTensors
public import RecurText

/// The training of a classifier: batches of texts, and of excerpts of them, of similar length, in another
/// order in each epoch.
///
/// The best model is the one with the least log loss on the held-out texts after calibration by a
/// temperature, which is stored with it.
public struct ClassifierTask: TrainingTask {
  /// `recur train sentiment`.
  public static let name = "sentiment"

  /// The settings.
  public let options: ClassifierOptions
  /// The texts.
  public let data: ClassifierData
  /// The model's.
  public let configuration: SequenceClassifierConfiguration
  /// The tokenizer of the texts.
  public let tokenizer: Tokenizer
  /// What the embedding took from a file of word vectors; nil without one.
  public let vectors: VectorCoverage?
  /// What the model is held against; found where the model is first written.
  public private(set) var comparison: ClassifierComparison?

  /// The term that goes with the network; nil for none.
  public let ngrams: NGramTerm?
  /// Whether it was fitted on these texts, and not on those of a model that this one begins with.
  private let fitsNGrams: Bool
  /// What the n-grams add to the logits of the held-out texts, (N, C).
  let validationTerms: [Float]?
  let trainingTokens: [[Int32]]
  let validationTokens: [[Int32]]
  private let beginning: Beginning
  /// How the model that this one begins with was trained; nil where nobody knows, or without one.
  private let past: PastTraining?
  /// Whether that model was trained on texts that are held out now, as far as anybody knows.
  private let hasSeenHeldOut: Bool
  let batches: LengthBatches
  let excerpts: TextExcerpts
  var epoch: ClassifierEpoch?
  let characterCounts: [Int]
  let classWeights: [Real]?
  let depth: LayerDepth

  /// What a new run begins with.
  private enum Beginning {
    case random
    case languageModel(LanguageModel)
    case classifier(SequenceClassifier)
    case vectors(WordVectors)
  }

  /// What a directory gives to begin with, and the tokenizer that goes with it.
  private static func beginning(
    with path: String
  ) throws(RecurError) -> (Beginning, Tokenizer?) {
    if ModelDirectory.isClassifier(path) {
      let directory = try ClassifierDirectory(contentsOf: path)
      return (.classifier(directory.model), directory.tokenizer)
    }
    let directory = try ModelDirectory(contentsOf: path)
    return (.languageModel(directory.model), directory.tokenizer)
  }

  /// Prepares a training. No weights are drawn yet: whether they fit into memory is seen first.
  ///
  /// - Parameters:
  ///   - options: The settings.
  ///   - data: The texts.
  ///   - source: The directory of a model to begin with; nil for `options.initFrom`.
  ///   - tokenizer: A tokenizer to be used instead of a new one.
  ///   - checkpoint: The checkpoint that the run goes on from: it has the weights, so no others are read.
  /// - Throws: What reading a language model or vectors throws; `.badConfiguration` for a model that
  ///   cannot be, or a checkpoint of other classes.
  public init(
    _ options: ClassifierOptions, _ data: ClassifierData, beginningWith source: String? = nil,
    tokenizer given: Tokenizer? = nil, checkpoint: String? = nil
  ) throws(RecurError) {
    self.options = options
    self.data = data
    let source = checkpoint == nil ? source ?? options.initFrom : nil
    let (transferred, learnt) = try source.map(Self.beginning) ?? (.random, nil)
    let tokenizer =
      given ?? learnt ?? Self.tokenizer(fitting: data.training.texts, options.training)
    self.tokenizer = tokenizer
    trainingTokens = tokenizer.encode(data.training.texts)
    validationTokens = tokenizer.encode(data.validation.texts)
    characterCounts = data.training.texts.map { $0.unicodeScalars.count }

    var beginning = transferred
    var vectors: VectorCoverage?
    if let checkpoint {
      configuration = try Self.configuration(at: checkpoint)
      try Self.compare(configuration.classNames, with: data.classNames, at: checkpoint)
    } else if case .languageModel(let model) = transferred {
      configuration = try options.configuration(beginningWith: model, classNames: data.classNames)
    } else if case .classifier(let model) = transferred {
      configuration = options.configuration(beginningWith: model, classNames: data.classNames)
    } else {
      var file: WordVectors?
      if let path = options.pretrainedVectors {
        file = try WordVectors(
          contentsOf: path, width: options.training.embeddingSize, for: tokenizer.vocabulary)
      }
      configuration = options.configuration(
        vocabularySize: tokenizer.vocabulary.count, classNames: data.classNames,
        embeddingSize: file?.width)
      if let file {
        vectors = file.coverage(of: trainingTokens)
        beginning = .vectors(file)
      }
    }
    try configuration.validate()
    past = options.initFrom.flatMap { PastTraining(ofModel: $0) }
    hasSeenHeldOut = past?.hasSeenHeldOut(of: data, options) ?? false
    (ngrams, fitsNGrams) = try Self.nGramTerm(
      options, data, hasSeenHeldOut: hasSeenHeldOut, isResumed: checkpoint != nil)
    validationTerms = ngrams?.logits(of: data.validation.texts)
    self.vectors = vectors
    self.beginning = beginning
    batches = LengthBatches(batchSize: options.training.batchSize, seed: options.training.seed)
    excerpts = TextExcerpts(
      of: data.training.texts, countOfEach: options.excerpts, seed: options.training.seed)
    depth = LayerDepth(
      layerCount: configuration.hiddenSizes.count,
      isBackwardFresh: options.bidirectional && options.beginsWithLanguageModel)
    classWeights = options.classWeights ? Self.balancedWeights(data.training.classCounts) : nil
  }

  /// A tokenizer that is learnt from texts.
  static func tokenizer(fitting texts: [String], _ options: TrainingOptions) -> Tokenizer {
    Tokenizer(
      options.tokenizer, fitting: Corpus(text: texts.joined(separator: "\n")),
      maximumVocabulary: options.maxVocabulary, minimumCount: options.minCount,
      normalization: options.normalization, caseFolding: options.caseFolding)
  }

  /// N / (C n) for a class with n of the N texts, as scikit-learn's "balanced"; of the C classes that
  /// occur.
  private static func balancedWeights(_ counts: [Int]) -> [Real] {
    let total = Double(counts.reduce(0, +))
    let present = Double(counts.count { $0 > 0 })
    return counts.map { $0 == 0 ? 0 : Real(total / (present * Double($0))) }
  }

  private static func configuration(
    at checkpoint: String
  ) throws(RecurError) -> SequenceClassifierConfiguration {
    let path = FolderPath.join(checkpoint, ModelDirectory.FileName.configuration)
    let limits = JSONGate.Limits.configuration
    return try JSONGate.decode(
      SequenceClassifierConfiguration.self,
      from: try InputFile.read(path, limit: limits.byteCount), limits: limits, path: path)
  }

  /// Labels are positions among the names: with others the weights would mean something else.
  private static func compare(
    _ names: [String], with others: [String], at checkpoint: String
  ) throws(RecurError) {
    if names.map(ExactKey.init) == others.map(ExactKey.init) { return }
    throw RecurError(
      .badConfiguration,
      "the run began with the classes \(listed(names)), and the files have \(listed(others))",
      at: .init(path: checkpoint),
      hint: "resume with the files that the run began with, or train anew in another directory")
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(20).map { DisplayText.escaped($0, limit: 40) }.joined(separator: ", ")
      + (names.count > 20 ? ", … (\(names.count))" : "")
  }

  /// The files, each once.
  public var sources: [TrainingData.Source] {
    func isSame(_ one: TrainingData.Source, _ other: TrainingData.Source) -> Bool {
      one.sha256 == other.sha256 && FolderPath.name(of: one.path) == FolderPath.name(of: other.path)
    }
    return data.sources
      + (past?.files ?? []).filter { other in !data.sources.contains { isSame($0, other) } }
  }
  /// The SHA-256 of the texts, the labels and how they were parted.
  public var dataSHA256: String { data.sha256 }
  /// What a person should know of the data.
  public var warnings: [String] {
    guard hasSeenHeldOut else { return data.warnings }
    return data.warnings + [
      "the model that this one begins with was trained on some of the held-out texts: the figures are too "
        + "good by that; the same --seed and --validation-fraction hold the same texts out"
    ]
  }
  /// Batches of an epoch.
  public var stepsPerEpoch: Int { batches.count(of: trainingTokens.count + excerpts.count) }
  /// Whether texts are held out.
  public var hasValidation: Bool { !validationTokens.isEmpty }

  /// What is trained on.
  public var overview: TaskOverview {
    TaskOverview(
      trainingTextCount: trainingTokens.count, validationTextCount: validationTokens.count,
      trainingTokenCount: trainingTokens.reduce(0) { $0 + $1.count },
      trainingCharacterCount: characterCounts.reduce(0, +),
      validationTokenCount: validationTokens.reduce(0) { $0 + $1.count },
      coverage: tokenizer.coverage)
  }

  /// The model that a new run begins with; for one that is resumed only its shape.
  public func makeModel() throws(RecurError) -> SequenceClassifier {
    var generator = SeededGenerator(seed: options.training.seed)
    switch beginning {
    case .languageModel(let source):
      return try SequenceClassifier(configuration, from: source, using: &generator)
    case .classifier(let source):
      return try SequenceClassifier(startingFrom: source, configuration, using: &generator)
    case .random, .vectors: break
    }
    var model = try SequenceClassifier(configuration, using: &generator)
    if case .vectors(let file) = beginning { file.write(into: &model.embedding) }
    return model
  }

  /// See `MemoryEstimate`.
  public func memory(optimizerStates: Int) -> MemoryEstimate {
    MemoryEstimate(
      configuration, optimizerStates: optimizerStates, batchSize: options.training.batchSize,
      isAdversarial: options.adversarialSize > 0,
      longestText: trainingTokens.reduce(0) { max($0, $1.count) },
      trainingTokenCount: overview.trainingTokenCount,
      validationTokenCount: overview.validationTokenCount,
      textByteCount: (data.training.texts + data.validation.texts).reduce(0) { $0 + $1.utf8.count },
      fitsNGrams: fitsNGrams)
  }

  // MARK: Writing

  /// Fits what the model is held against; the linear classifier once.
  mutating func compare(_ model: SequenceClassifier) throws(RecurError) -> ClassifierComparison {
    var result = comparison ?? ClassifierComparison()
    let classCount = data.classNames.count
    if hasValidation, options.baseline, result.baseline == nil {
      // No step needs its memory meanwhile.
      StoragePool.shared.trim()
      let linear = try LinearBaseline(
        fitting: data.training.texts, labels: data.training.labels, classCount: classCount)
      result.baseline = try ClassificationReport(
        labels: data.validation.labels,
        probabilities: linear.probabilities(of: data.validation.texts), classCount: classCount)
    }
    // Of a frozen core the pooled state is always the same, unless the pooling itself learns.
    let isKnown = result.probe != nil && configuration.pooling != .attention
    if hasValidation, options.freezeCore, classCount == 2, !isKnown {
      result.probe = try ProbeReport(
        of: model, (trainingTokens, data.training.labels),
        validation: (validationTokens, data.validation.labels))
    }
    comparison = result
    return result
  }
}

public import RecurData
public import RecurLayers
import RecurModels
import RecurText

/// Every setting of the training of a classifier: those that every run has, with defaults that suit
/// sentiment, and its own.
///
/// As a file (TOML or JSON) all of them are one flat set of keys; see `TrainingOptions`.
public struct ClassifierOptions: Sendable, Equatable {
  /// The settings that every run has. `files` are labelled files or folders, `validation` is one;
  /// `window`, `resetState`, `tieWeights` and `sample…` matter only to the language model that may be
  /// trained first.
  public var training: TrainingOptions

  // MARK: Data

  /// The format of the files; nil: told by names and contents.
  public var format: LabelledFormat?
  /// The column of the text; nil: detected.
  public var textColumn: String?
  /// The column of the label; nil: detected.
  public var labelColumn: String?
  /// What the classes are called, in their order; nil for the labels of the files. Rows with another
  /// label are bad, but where the names are two sides of a judgement, such as negative and positive,
  /// other words for these, such as 0 and 1, are taken too.
  public var classNames: [String]?
  /// Whether the first bad row is an error instead of being counted and left out.
  public var strict = false

  // MARK: Model

  /// How the outputs of all steps become one vector.
  public var pooling = Pooling.concat
  /// Whether every layer reads in both directions.
  public var bidirectional = false
  /// The tokens at the end of a text through which gradients flow; those before them are read as well.
  public var maximumTokens = 512

  // MARK: Objective

  /// How many runs of one to six sentences are cut out of each text at random, anew in every epoch, and
  /// trained on beside it, with its label: against learning long texts by heart, and for short ones.
  public var excerpts = 0
  /// The norm of the perturbation of each text's embedded tokens that adversarial training adds, in units
  /// of the root mean square of their elements; each text is then trained on as it is and perturbed in the
  /// direction in which its loss rises most. 0 for none.
  public var adversarialSize = 0.0
  /// How many runs of one to three words, at most, a linear term beside the network knows, fitted on the
  /// same texts and scaled on the held-out ones; see `NGramTerm`. 0 for none. nil: the term of the
  /// classifier of the same classes that the run begins with; else 200,000, divided among three classes or
  /// more, where texts are held out and the core is not frozen.
  public var ngrams: Int?
  /// Whether each class counts as much as any other, however many texts it has.
  public var classWeights = false
  /// Whether a linear classifier is fitted on the same texts, for comparison.
  public var baseline = true

  // MARK: Transfer

  /// The directory of a language model whose tokenizer, embedding and layers the classifier begins with,
  /// or of a classifier, whose pooling it also takes, and its head where the classes are the same.
  /// Everything that shapes these is then that model's, whatever the settings say.
  public var initFrom: String?
  /// A file of word vectors that the embedding begins with.
  public var pretrainedVectors: String?
  /// Whether only the head is trained. A logistic probe with an L1 penalty on the frozen state is
  /// fitted besides, where there are two classes, and names the units that tell them apart.
  public var freezeCore = false
  /// Whether the head is trained alone at first, then with one more layer at a time, from the top, in
  /// equal steps over the first third of the run; the embedding comes last (Howard and Ruder,
  /// "Universal Language Model Fine-tuning for Text Classification", 2018).
  public var gradualUnfreezing = false
  /// What the learning rate of each layer is divided by for the layer below, from the head down to the
  /// embedding; 2.6 in Howard and Ruder (2018), 1 for none.
  public var discriminativeRate = 1.0

  // MARK: A language model first

  /// Minutes for which a language model is trained on the texts first, in `pretraining` within the
  /// directory of the run; the classifier then begins with it. Where the run is of a number of
  /// minutes, these are a part of it.
  public var pretrainMinutes: Double?
  /// Passes over the texts of that language model, instead of minutes.
  public var pretrainEpochs: Int?
  /// B of that language model; nil for 32.
  public var pretrainBatchSize: Int?
  /// Its learning rate; nil for that of a classifier by default.
  public var pretrainLearningRate: Double?
  /// Its dropout; nil for that of the classifier.
  public var pretrainDropout: Double?

  /// All defaults.
  public init() {
    training = TrainingOptions()
    training.tokenizer = .subword
    training.hiddenSize = [256]
    training.dropout = 0.4
    training.batchSize = 32
    training.defaultEpochs = 5
    training.defaultLayers = 1
    training.defaultAdamRate = 2e-3
    training.smoothing = 0.99
    training.clipNorm = 1
    training.sampleLength = 0
  }
}

extension ClassifierOptions {
  /// Whether a language model is trained first.
  public var isPretrained: Bool { pretrainMinutes != nil || pretrainEpochs != nil }

  /// Whether the classifier begins with a language model, which reads forwards alone, and not with another
  /// classifier.
  var beginsWithLanguageModel: Bool {
    isPretrained || initFrom.map { !ModelDirectory.isClassifier($0) } ?? false
  }

  /// How labelled files are read.
  var reading: LabelledReading {
    // Of rows, only the one that has ill-formed bytes is left out; strict stops there.
    LabelledReading(
      format: format, textColumn: textColumn, labelColumn: labelColumn,
      invalidUTF8: training.invalidUTF8 == .stop ? nil : training.invalidUTF8, isStrict: strict)
  }

  /// The model for a vocabulary and classes, where no other gives its sizes.
  ///
  /// - Parameter embeddingSize: E where the settings name none; nil for 128.
  func configuration(
    vocabularySize: Int, classNames: [String], embeddingSize: Int? = nil
  ) -> SequenceClassifierConfiguration {
    SequenceClassifierConfiguration(
      cell: training.cell, vocabularySize: vocabularySize,
      embeddingSize: training.embeddingSize ?? embeddingSize ?? 128,
      hiddenSizes: training.hiddenSizes, isBidirectional: bidirectional, pooling: pooling,
      dropout: training.dropout, classNames: classNames,
      forgetBias: training.forgetBias ?? (training.cell == .lstm ? 1 : nil),
      maximumTokens: maximumTokens, locksDropout: training.lockedDropout,
      inputDropout: training.inputDropout, embeddingDropout: training.embeddingDropout,
      weightDrop: training.weightDrop)
  }

  /// The settings of the language model that is trained first.
  ///
  /// - Parameter output: Its directory.
  func pretraining(in output: String) -> TrainingOptions {
    var options = training
    options.output = output
    options.files = []
    options.validation = nil
    options.epochs = pretrainEpochs
    options.steps = nil
    options.minutes = pretrainEpochs == nil ? pretrainMinutes : nil
    options.batchSize = pretrainBatchSize ?? 32
    options.learningRate = pretrainLearningRate
    options.dropout = pretrainDropout ?? training.dropout
    options.evaluateEvery = 0
    options.patience = 0
    options.sampleLength = 0
    options.layers = training.hiddenSizes.count
    return options
  }
}

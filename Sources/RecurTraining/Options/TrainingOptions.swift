public import RecurModels
public import RecurTensors
public import RecurText

/// Every setting of the training of a language model, with its default: the one place that flags,
/// configuration files and documents take them from.
///
/// As a file (TOML or JSON) the keys are the flags' names with underscores; a key that is missing has
/// its default. `validate` says what is out of range.
public struct TrainingOptions: Sendable, Equatable {
  // MARK: Files

  /// The texts to train on, joined; `-` is standard input.
  public var files: [String] = []
  /// The directory of the run.
  public var output: String?
  /// A text of its own for validation; nil for the last part of the training text.
  public var validation: String?
  /// The part of the training text that is held out for validation; 0 for none.
  public var validationFraction = 0.1
  /// What to do with bytes that are not valid UTF-8.
  public var invalidUTF8 = InvalidUTF8Policy.stop

  // MARK: Text

  /// What a token is.
  public var tokenizer = Segmentation.character
  /// The normalization of the text before it is cut.
  public var normalization = Normalization.none
  /// Whether letters lose their case.
  public var caseFolding = false
  /// The most tokens in the vocabulary; nil for `Tokenizer.defaultSubwordVocabulary` with subwords, and
  /// for no cap with the other kinds.
  public var maxVocabulary: Int?
  /// How often a piece must occur to get into the vocabulary.
  public var minCount = 1

  // MARK: Model

  /// The cell of every layer.
  public var cell = CellKind.lstm
  /// H: one width for all layers, or one for each.
  public var hiddenSize = [256]
  /// L; nil for as many as there are widths, and for 2 where there is one width.
  public var layers: Int?
  /// E; nil for 128, and for the last width where the weights are tied.
  public var embeddingSize: Int?
  /// The probability with which an output of a layer is dropped.
  public var dropout = 0.2
  /// Whether `dropout` and `inputDropout` drop the same elements in every step of a window.
  public var lockedDropout = false
  /// The probability with which an element of the embedding's outputs is dropped.
  public var inputDropout = 0.0
  /// The probability with which a token is dropped from the embedding for a whole window.
  public var embeddingDropout = 0.0
  /// The probability with which an element of a layer's recurrent weight is dropped for a whole window.
  public var weightDrop = 0.0
  /// Whether the decoder uses the embedding's weights.
  public var tieWeights = false
  /// How the head makes probabilities; the cut-offs of an adaptive softmax follow from the vocabulary.
  public var softmax = SoftmaxKind.full
  /// The bias of an LSTM's forget gate at the start; nil for 1.
  public var forgetBias: Double?

  // MARK: Length of the run

  /// B: the tracks that are trained on side by side.
  public var batchSize = 32
  /// T: the steps of a window, through which gradients flow back.
  public var window = 64
  /// The probability with which a track begins a window with the initial state instead of the one it
  /// has come to. A model that met the initial state only at the start of an epoch may go astray from
  /// it for good when it reads a new text.
  public var resetState = 0.01
  /// Passes over the text; nil where steps or minutes are given, else 10.
  public var epochs: Int?
  /// Optimizer steps.
  public var steps: Int?
  /// Minutes of wall clock.
  public var minutes: Double?

  // MARK: Optimizer

  /// The rule of the update.
  public var optimizer = OptimizerKind.adamw
  /// The learning rate before the schedule; nil for 0.004, for 0.002 with RMSprop and for 0.5 with
  /// SGD.
  public var learningRate: Double?
  /// What SGD keeps of its velocity.
  public var momentum = 0.9
  /// What Adam keeps of the second moment, and RMSprop of the mean square.
  public var smoothing = 0.999
  /// The decay of the weights: apart from the gradient for AdamW, in the gradient for the others.
  public var weightDecay = 0.01
  /// The course of the learning rate.
  public var schedule = Schedule.Shape.cosine
  /// Steps over which the learning rate rises at the start; nil for 100, or a tenth of the run where
  /// that is less.
  public var warmup: Int?
  /// Where a linear or cosine schedule ends, as a part of the learning rate.
  public var finalFraction = 0.02
  /// What the schedule `plateau` multiplies the learning rate by.
  public var plateauFactor = 0.5
  /// Evaluations without improvement that the schedule `plateau` puts up with.
  public var plateauPatience = 2
  /// The greatest norm of the gradient; 0 for any.
  public var clipNorm = 0.5
  /// The greatest absolute value of an element of the gradient; 0 for any.
  public var clipValue = 0.0

  // MARK: While training

  /// Evaluations without improvement after which the run ends; 0 for never.
  public var patience = 0
  /// Steps between evaluations; 0 for about once an epoch.
  public var evaluateEvery = 0
  /// Steps between samples; 0 for one with every evaluation.
  public var sampleEvery = 0
  /// Tokens of a sample; 0 for no samples.
  public var sampleLength = 200
  /// The text that a sample goes on from.
  public var samplePrompt = "\n"
  /// The temperature of a sample.
  public var sampleTemperature = 0.8
  /// Steps between checkpoints, besides the one with every evaluation; 0 for those alone.
  public var saveEvery = 0
  /// Checkpoints that are kept, besides the best.
  public var keep = 2
  /// Steps between lines of `metrics.jsonl`.
  public var logEvery = 10
  /// Whether to go on from the newest checkpoint in the directory of the run.
  public var resume = false
  /// What the first weights, dropout and samples are drawn from, at most 2⁶³ - 1.
  public var seed: UInt64 = 1
  /// Threads; 0 for one for each processor.
  public var threads = 0
  /// The precision of the factors of matrix products.
  public var precision = ProductPrecision.float32

  /// Passes where nothing says how long the run is.
  var defaultEpochs = 10
  /// L where nothing says how many layers there are.
  var defaultLayers = 2
  /// The learning rate of a run by Adam or AdamW that names none.
  var defaultAdamRate = OptimizerKind.adamw.defaultLearningRate

  /// All defaults.
  public init() {}
}

extension TrainingOptions {
  /// H of each layer.
  public var hiddenSizes: [Int] {
    guard hiddenSize.count == 1 else { return hiddenSize }
    return Array(repeating: hiddenSize[0], count: layers ?? defaultLayers)
  }

  /// What the run's length is counted in, with the default where nothing is given.
  public var duration: TrainingDuration {
    if let minutes { return .minutes(minutes) }
    if let steps { return .steps(steps) }
    return .epochs(epochs ?? defaultEpochs)
  }

  /// The learning rate before the schedule.
  public var baseLearningRate: Double {
    let isAdam = optimizer == .adam || optimizer == .adamw
    return learningRate ?? (isAdam ? defaultAdamRate : optimizer.defaultLearningRate)
  }

  /// The model for a vocabulary.
  public func configuration(vocabularySize: Int) -> LanguageModelConfiguration {
    let sizes = hiddenSizes
    return LanguageModelConfiguration(
      cell: cell, vocabularySize: vocabularySize,
      embeddingSize: embeddingSize ?? (tieWeights ? sizes.last : nil) ?? 128,
      hiddenSizes: sizes, dropout: dropout, tiesWeights: tieWeights,
      forgetBias: forgetBias ?? (cell == .lstm ? 1 : nil), locksDropout: lockedDropout,
      inputDropout: inputDropout, embeddingDropout: embeddingDropout, weightDrop: weightDrop,
      adaptiveCutoffs: softmax == .adaptive
        ? LanguageModelConfiguration.adaptiveCutoffs(vocabularySize: vocabularySize) : nil)
  }

  /// The optimizer.
  public func makeOptimizer() -> any Optimizer {
    let rate = baseLearningRate
    return switch optimizer {
    case .adam: Adam(learningRate: rate, beta2: smoothing, weightDecay: weightDecay)
    case .adamw: AdamW(learningRate: rate, beta2: smoothing, weightDecay: weightDecay)
    case .sgd: SGD(learningRate: rate, momentum: momentum, weightDecay: weightDecay)
    case .rmsprop: RMSprop(learningRate: rate, smoothing: smoothing, weightDecay: weightDecay)
    }
  }

  /// A trainer that has done no step.
  ///
  /// - Parameter totalSteps: The steps of the run; nil where the clock ends it.
  public func makeTrainer(totalSteps: Int?) -> Trainer {
    var trainer = Trainer(
      optimizer: SGD(),
      schedule: Schedule(
        schedule, warmup: warmup ?? min(100, (totalSteps ?? .max) / 10), totalSteps: totalSteps,
        finalFraction: finalFraction),
      clippingNorm: clipNorm > 0 ? clipNorm : nil, clippingValue: clipValue > 0 ? clipValue : nil,
      seed: seed)
    trainer.optimizer = makeOptimizer()
    return trainer
  }
}

import RecurData
import RecurLayers

extension ClassifierOptions: TaskOptions {
  /// The keys of a configuration file, besides those of every run.
  public enum CodingKeys: String, CodingKey, CaseIterable, Sendable {
    case format
    case textColumn = "text_column"
    case labelColumn = "label_column"
    case classNames = "class_names"
    case strict, pooling, bidirectional
    case maximumTokens = "maximum_tokens"
    case initFrom = "init_from"
    case pretrainedVectors = "pretrained_vectors"
    case freezeCore = "freeze_core"
    case gradualUnfreezing = "gradual_unfreezing"
    case discriminativeRate = "discriminative_rate"
    case excerpts
    case adversarialSize = "adversarial_size"
    case ngrams
    case classWeights = "class_weights"
    case baseline
    case pretrainMinutes = "pretrain_minutes"
    case pretrainEpochs = "pretrain_epochs"
    case pretrainBatchSize = "pretrain_batch_size"
    case pretrainLearningRate = "pretrain_learning_rate"
    case pretrainDropout = "pretrain_dropout"

    /// The flag of the same setting.
    public var flag: String { ClassifierOptions.flag(of: rawValue) }
  }

  /// Every key of a configuration file; samples are a language model's.
  public static let keys =
    TrainingOptions.keys.filter { !$0.hasPrefix("sample_") } + CodingKeys.allCases.map(\.rawValue)

  /// As those of every run, and how files are read: what was read is compared by its own.
  public static let changeableKeys = TrainingOptions.changeableKeys.union(
    [CodingKeys.format, .textColumn, .labelColumn, .strict, .baseline].map(\.rawValue))

  /// Reads options; what is missing has its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    try training.read(from: decoder)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
      if let stored = try values.decodeIfPresent(Value.self, forKey: key) { value = stored }
    }
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value?) throws {
      if let stored = try values.decodeIfPresent(Value.self, forKey: key) { value = stored }
    }
    if let word = try values.decodeIfPresent(String.self, forKey: .format) {
      format = try LabelledFormat(word: word, for: CodingKeys.format.rawValue)
    }
    if let word = try values.decodeIfPresent(String.self, forKey: .pooling) {
      pooling = try Pooling(word: word, for: CodingKeys.pooling.rawValue)
    }
    try read(.textColumn, &textColumn)
    try read(.labelColumn, &labelColumn)
    try read(.classNames, &classNames)
    try read(.strict, &strict)
    try read(.bidirectional, &bidirectional)
    try read(.maximumTokens, &maximumTokens)
    try read(.initFrom, &initFrom)
    try read(.pretrainedVectors, &pretrainedVectors)
    try read(.freezeCore, &freezeCore)
    try read(.gradualUnfreezing, &gradualUnfreezing)
    try read(.discriminativeRate, &discriminativeRate)
    try read(.excerpts, &excerpts)
    try read(.adversarialSize, &adversarialSize)
    try read(.ngrams, &ngrams)
    try read(.classWeights, &classWeights)
    try read(.baseline, &baseline)
    try read(.pretrainMinutes, &pretrainMinutes)
    try read(.pretrainEpochs, &pretrainEpochs)
    try read(.pretrainBatchSize, &pretrainBatchSize)
    try read(.pretrainLearningRate, &pretrainLearningRate)
    try read(.pretrainDropout, &pretrainDropout)
  }

  /// Writes every setting; those that are nil are left out.
  public func encode(to encoder: any Encoder) throws {
    try training.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(format, forKey: .format)
    try values.encodeIfPresent(textColumn, forKey: .textColumn)
    try values.encodeIfPresent(labelColumn, forKey: .labelColumn)
    try values.encodeIfPresent(classNames, forKey: .classNames)
    try values.encode(strict, forKey: .strict)
    try values.encode(pooling, forKey: .pooling)
    try values.encode(bidirectional, forKey: .bidirectional)
    try values.encode(maximumTokens, forKey: .maximumTokens)
    try values.encodeIfPresent(initFrom, forKey: .initFrom)
    try values.encodeIfPresent(pretrainedVectors, forKey: .pretrainedVectors)
    try values.encode(freezeCore, forKey: .freezeCore)
    try values.encode(gradualUnfreezing, forKey: .gradualUnfreezing)
    try values.encode(discriminativeRate, forKey: .discriminativeRate)
    try values.encode(excerpts, forKey: .excerpts)
    try values.encode(adversarialSize, forKey: .adversarialSize)
    try values.encodeIfPresent(ngrams, forKey: .ngrams)
    try values.encode(classWeights, forKey: .classWeights)
    try values.encode(baseline, forKey: .baseline)
    try values.encodeIfPresent(pretrainMinutes, forKey: .pretrainMinutes)
    try values.encodeIfPresent(pretrainEpochs, forKey: .pretrainEpochs)
    try values.encodeIfPresent(pretrainBatchSize, forKey: .pretrainBatchSize)
    try values.encodeIfPresent(pretrainLearningRate, forKey: .pretrainLearningRate)
    try values.encodeIfPresent(pretrainDropout, forKey: .pretrainDropout)
  }
}

extension Pooling: WordSet {}
extension LabelledFormat: WordSet {}

import RecurLayers

extension SequenceClassifierConfiguration: Codable {
  /// The `model_type` of a `config.json`.
  public static let modelType = "recur-sequence-classifier"
  static let architecture = "RecurSequenceClassifier"

  /// Reads a configuration and refuses one that cannot be built.
  ///
  /// `bidirectional`, `dropout`, `temperature`, `ngram_scale`, `forget_bias`, `maximum_tokens` and
  /// `label2id` may be missing (false, 0, 1, none, none, 512, the reverse of `id2label`), and so may
  /// everything else that is dropped (nothing). `torch_dtype` may be `float16` or `bfloat16`, of weights
  /// that are widened when they are loaded. Keys that are not Recur's are let pass, as other tools add
  /// theirs.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  public init(from decoder: any Decoder) throws {
    var reader = try ConfigurationReader(decoder)
    let core = CoreConfiguration(&reader, of: Self.self)
    let isBidirectional = reader.read(
      Bool.self, .isBidirectional, "true or false", default: false)
    let poolings = Pooling.allCases.map(\.rawValue).joined(separator: ", ")
    let pooling = reader.read(Pooling.self, .pooling, "one of \(poolings)")
    let temperature = reader.read(Double.self, .temperature, "a number", default: 1)
    let ngramScale =
      reader.read(Double?.self, .ngramScale, "a number", default: .some(nil)) ?? nil
    let maximumTokens = reader.read(Int.self, .maximumTokens, "a plain integer", default: 512)
    let classNames = Self.classNames(&reader)
    // The placeholders stand only where a problem is noted already, so no further one comes of them.
    let configuration = SequenceClassifierConfiguration(
      cell: core.cell, vocabularySize: core.vocabularySize, embeddingSize: core.embeddingSize,
      hiddenSizes: core.hiddenSizes, isBidirectional: isBidirectional ?? false,
      pooling: pooling ?? .last, dropout: core.dropout, classNames: classNames ?? ["0", "1"],
      temperature: temperature ?? 1, ngramScale: ngramScale, forgetBias: core.forgetBias,
      maximumTokens: maximumTokens ?? 512, locksDropout: core.locksDropout,
      inputDropout: core.inputDropout, embeddingDropout: core.embeddingDropout,
      weightDrop: core.weightDrop)
    try reader.check(configuration.problems)
    self = configuration
  }

  /// The names in the order of their numbers; nil with a problem noted where the numbers are not 0, 1,
  /// … or `label2id` is not the reverse.
  private static func classNames(_ reader: inout ConfigurationReader) -> [String]? {
    let named = reader.read([String: String].self, .namesByID, "an object of strings")
    let numbered =
      reader.read(
        [String: Int]?.self, .idsByName, "an object of plain integers", default: .some(nil)) ?? nil
    guard let named else { return nil }
    var names: [String] = []
    for id in 0..<named.count {
      guard let name = named[String(id)] else {
        reader.problems.append("`id2label` has \(named.count) classes, but none is \"\(id)\"")
        return nil
      }
      names.append(name)
    }
    if let numbered {
      let isReverse =
        numbered.count == names.count && names.enumerated().allSatisfy { numbered[$1] == $0 }
      if !isReverse { reader.problems.append("`label2id` is not the reverse of `id2label`") }
    }
    return names
  }

  /// Writes Recur's keys and those that other readers look for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ConfigurationKey.self)
    try core.encode(to: &container, of: Self.self)
    try container.encode(isBidirectional, forKey: .isBidirectional)
    try container.encode(pooling, forKey: .pooling)
    let numbered = classNames.enumerated()
    try container.encode(
      Dictionary(uniqueKeysWithValues: numbered.map { (String($0), $1) }), forKey: .namesByID)
    try container.encode(
      Dictionary(numbered.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }),
      forKey: .idsByName)
    try container.encode(temperature, forKey: .temperature)
    try container.encodeIfPresent(ngramScale, forKey: .ngramScale)
    try container.encode(maximumTokens, forKey: .maximumTokens)
    try container.encode("single_label_classification", forKey: .problemType)
  }
}

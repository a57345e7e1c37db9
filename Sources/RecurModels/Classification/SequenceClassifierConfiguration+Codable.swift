import RecurFiles
import RecurLayers

extension SequenceClassifierConfiguration: Codable {
  /// The `model_type` of a `config.json`.
  public static let modelType = "recur-sequence-classifier"
  static let architecture = "RecurSequenceClassifier"

  /// The keys of `config.json`, Recur's own and those that other readers look for.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case modelType = "model_type"
    case cell
    case vocabularySize = "vocab_size"
    case embeddingSize = "embedding_size"
    case hiddenSizes = "hidden_sizes"
    case isBidirectional = "bidirectional"
    case pooling
    case dropout
    case namesByID = "id2label"
    case idsByName = "label2id"
    case temperature
    case forgetBias = "forget_bias"
    case maximumTokens = "maximum_tokens"
    case problemType = "problem_type"
    case architectures
    case dataType = "torch_dtype"
    case layerCount = "num_layers"
    case hiddenSize = "hidden_size"
  }

  /// Reads a configuration and refuses one that cannot be built.
  ///
  /// `bidirectional`, `dropout`, `temperature`, `forget_bias`, `maximum_tokens` and `label2id` may be
  /// missing (false, 0, 1, none, 512, the reverse of `id2label`). `torch_dtype` may be `float16` or
  /// `bfloat16`, of weights that are widened when they are loaded. Keys that are not Recur's are let
  /// pass, as other tools add theirs.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  public init(from decoder: any Decoder) throws {
    var reader = try ConfigurationReader(decoder, CodingKeys.self)
    let modelType = reader.read(String.self, .modelType, "a string")
    reader.check(.modelType, modelType, isOneOf: [Self.modelType])
    let cells = CellKind.allCases.map(\.rawValue).joined(separator: ", ")
    let cell = reader.read(CellKind.self, .cell, "one of \(cells)")
    let vocabularySize = reader.read(Int.self, .vocabularySize, "a plain integer")
    let embeddingSize = reader.read(Int.self, .embeddingSize, "a plain integer")
    let hiddenSizes = reader.read([Int].self, .hiddenSizes, "a list of plain integers")
    let isBidirectional = reader.read(
      Bool.self, .isBidirectional, "true or false", default: false)
    let poolings = Pooling.allCases.map(\.rawValue).joined(separator: ", ")
    let pooling = reader.read(Pooling.self, .pooling, "one of \(poolings)")
    let dropout = reader.read(Double.self, .dropout, "a number", default: 0)
    let temperature = reader.read(Double.self, .temperature, "a number", default: 1)
    let forgetBias =
      reader.read(Double?.self, .forgetBias, "a number", default: .some(nil)) ?? nil
    let maximumTokens = reader.read(Int.self, .maximumTokens, "a plain integer", default: 512)
    let type = reader.read(String.self, .dataType, "a string", default: "float32")
    reader.check(.dataType, type, isOneOf: ["float32", "float16", "bfloat16"])
    reader.checkLayers(hiddenSizes, count: .layerCount, size: .hiddenSize)
    let classNames = Self.classNames(&reader)
    // The placeholders stand only where a problem is noted already, so no further one comes of them.
    let configuration = SequenceClassifierConfiguration(
      cell: cell ?? .lstm, vocabularySize: vocabularySize ?? 1,
      embeddingSize: embeddingSize ?? 1, hiddenSizes: hiddenSizes ?? [1],
      isBidirectional: isBidirectional ?? false, pooling: pooling ?? .last,
      dropout: dropout ?? 0, classNames: classNames ?? ["0", "1"],
      temperature: temperature ?? 1, forgetBias: cell == nil ? nil : forgetBias,
      maximumTokens: maximumTokens ?? 512)
    try reader.check(configuration.problems)
    self = configuration
  }

  /// The names in the order of their numbers; nil with a problem noted where the numbers are not 0, 1,
  /// … or `label2id` is not the reverse.
  private static func classNames(_ reader: inout ConfigurationReader<CodingKeys>) -> [String]? {
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
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.modelType, forKey: .modelType)
    try container.encode(cell, forKey: .cell)
    try container.encode(vocabularySize, forKey: .vocabularySize)
    try container.encode(embeddingSize, forKey: .embeddingSize)
    try container.encode(hiddenSizes, forKey: .hiddenSizes)
    try container.encode(isBidirectional, forKey: .isBidirectional)
    try container.encode(pooling, forKey: .pooling)
    try container.encode(dropout, forKey: .dropout)
    let numbered = classNames.enumerated()
    try container.encode(
      Dictionary(uniqueKeysWithValues: numbered.map { (String($0), $1) }), forKey: .namesByID)
    try container.encode(
      Dictionary(numbered.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }),
      forKey: .idsByName)
    try container.encode(temperature, forKey: .temperature)
    try container.encodeIfPresent(forgetBias, forKey: .forgetBias)
    try container.encode(maximumTokens, forKey: .maximumTokens)
    try container.encode("single_label_classification", forKey: .problemType)
    try container.encode([Self.architecture], forKey: .architectures)
    try container.encode("float32", forKey: .dataType)
    try container.encode(hiddenSizes.count, forKey: .layerCount)
    try container.encode(hiddenSizes.last, forKey: .hiddenSize)
  }
}

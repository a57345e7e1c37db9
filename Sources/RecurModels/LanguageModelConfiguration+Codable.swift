extension LanguageModelConfiguration: Codable {
  /// The `model_type` of a `config.json`.
  public static let modelType = "recur-language-model"
  static let architecture = "RecurLanguageModel"

  /// The keys of `config.json`, Recur's own and those that other readers look for.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case modelType = "model_type"
    case cell
    case vocabularySize = "vocab_size"
    case embeddingSize = "embedding_size"
    case hiddenSizes = "hidden_sizes"
    case dropout
    case tiesWeights = "tie_weights"
    case forgetBias = "forget_bias"
    case architectures
    case dataType = "torch_dtype"
    case layerCount = "num_layers"
    case hiddenSize = "hidden_size"
  }

  /// Reads a configuration and refuses one that cannot be built.
  ///
  /// `dropout`, `tie_weights` and `forget_bias` may be missing (0, false, none). Keys that are not
  /// Recur's are let pass, as other tools add theirs.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  public init(from decoder: any Decoder) throws {
    var reader = try ConfigurationReader(decoder, CodingKeys.self)
    let modelType = reader.read(String.self, .modelType, "a string")
    reader.check(.modelType, modelType, isOneOf: [Self.modelType])
    let names = CellKind.allCases.map(\.rawValue).joined(separator: ", ")
    let cell = reader.read(CellKind.self, .cell, "one of \(names)")
    let vocabularySize = reader.read(Int.self, .vocabularySize, "a plain integer")
    let embeddingSize = reader.read(Int.self, .embeddingSize, "a plain integer")
    let hiddenSizes = reader.read([Int].self, .hiddenSizes, "a list of plain integers")
    let dropout = reader.read(Double.self, .dropout, "a number", default: 0)
    let tiesWeights = reader.read(Bool.self, .tiesWeights, "true or false", default: false)
    let forgetBias =
      reader.read(Double?.self, .forgetBias, "a number", default: .some(nil)) ?? nil
    let type = reader.read(String.self, .dataType, "a string", default: "float32")
    reader.check(.dataType, type, isOneOf: ["float32"])
    reader.checkLayers(hiddenSizes, count: .layerCount, size: .hiddenSize)
    // The placeholders stand only where a problem is noted already, so no further one comes of them.
    let configuration = LanguageModelConfiguration(
      cell: cell ?? .lstm, vocabularySize: vocabularySize ?? 1,
      embeddingSize: embeddingSize ?? hiddenSizes?.last ?? 1,
      hiddenSizes: hiddenSizes ?? [embeddingSize ?? 1],
      dropout: dropout ?? 0, tiesWeights: tiesWeights ?? false,
      forgetBias: cell == nil ? nil : forgetBias)
    try reader.check(configuration.problems)
    self = configuration
  }

  /// Writes Recur's keys and those that other readers look for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.modelType, forKey: .modelType)
    try container.encode(cell, forKey: .cell)
    try container.encode(vocabularySize, forKey: .vocabularySize)
    try container.encode(embeddingSize, forKey: .embeddingSize)
    try container.encode(hiddenSizes, forKey: .hiddenSizes)
    try container.encode(dropout, forKey: .dropout)
    try container.encode(tiesWeights, forKey: .tiesWeights)
    try container.encodeIfPresent(forgetBias, forKey: .forgetBias)
    try container.encode([Self.architecture], forKey: .architectures)
    try container.encode("float32", forKey: .dataType)
    try container.encode(hiddenSizes.count, forKey: .layerCount)
    try container.encode(hiddenSizes.last, forKey: .hiddenSize)
  }
}

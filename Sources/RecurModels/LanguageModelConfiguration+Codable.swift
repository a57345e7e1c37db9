import RecurFiles

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
    case locksDropout = "locked_dropout"
    case inputDropout = "input_dropout"
    case embeddingDropout = "embedding_dropout"
    case weightDrop = "weight_drop"
    case adaptiveCutoffs = "adaptive_cutoffs"
    case architectures
    case dataType = "torch_dtype"
    case layerCount = "num_layers"
    case hiddenSize = "hidden_size"
  }

  /// Reads a configuration and refuses one that cannot be built.
  ///
  /// `dropout` and the other probabilities, `locked_dropout`, `tie_weights`, `forget_bias` and
  /// `adaptive_cutoffs` may be missing (0, false, false, none, none). Keys that are not Recur's are
  /// let pass, as other tools add theirs.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var problems: [String] = []
    // JSONDecoder has an error of its own for a number that does not fit its type. Where there is
    // nothing else, it is handed on, for only its receiver knows where in the text the number stands.
    var badNumbers: [any Error] = []
    /// The value of a key; nil with a problem noted where it is missing or of another type.
    func read<Value: Decodable>(
      _ type: Value.Type, _ key: CodingKeys, _ what: String, default fallback: Value? = nil
    ) -> Value? {
      do {
        if let value = try container.decodeIfPresent(type, forKey: key) { return value }
        if let fallback { return fallback }
        problems.append("`\(key.rawValue)` is missing")
      } catch {
        if !(error is DecodingError) { badNumbers.append(error) }
        problems.append("`\(key.rawValue)` is not \(what)")
      }
      return nil
    }
    let modelType = read(String.self, .modelType, "a string")
    if let modelType, modelType != Self.modelType {
      problems.append(
        "`model_type` is \"\(DisplayText.escaped(modelType, limit: 60))\", "
          + "not \"\(Self.modelType)\"")
    }
    let names = CellKind.allCases.map(\.rawValue).joined(separator: ", ")
    let cell = read(CellKind.self, .cell, "one of \(names)")
    let vocabularySize = read(Int.self, .vocabularySize, "a plain integer")
    let embeddingSize = read(Int.self, .embeddingSize, "a plain integer")
    let hiddenSizes = read([Int].self, .hiddenSizes, "a list of plain integers")
    let dropout = read(Double.self, .dropout, "a number", default: 0)
    let tiesWeights = read(Bool.self, .tiesWeights, "true or false", default: false)
    let forgetBias = read(Double?.self, .forgetBias, "a number", default: .some(nil)) ?? nil
    let locksDropout = read(Bool.self, .locksDropout, "true or false", default: false)
    let inputDropout = read(Double.self, .inputDropout, "a number", default: 0)
    let embeddingDropout = read(Double.self, .embeddingDropout, "a number", default: 0)
    let weightDrop = read(Double.self, .weightDrop, "a number", default: 0)
    let cutoffs =
      read([Int]?.self, .adaptiveCutoffs, "a list of plain integers", default: .some(nil)) ?? nil
    if let type = read(String.self, .dataType, "a string", default: "float32"), type != "float32" {
      problems.append(
        "`torch_dtype` is \"\(DisplayText.escaped(type, limit: 60))\", not \"float32\"")
    }
    if let hiddenSizes,
      let count = read(Int.self, .layerCount, "a plain integer", default: hiddenSizes.count),
      count != hiddenSizes.count
    {
      problems.append("`num_layers` is \(count), but `hidden_sizes` has \(hiddenSizes.count)")
    }
    if let last = hiddenSizes?.last,
      let size = read(Int.self, .hiddenSize, "a plain integer", default: last), size != last
    {
      problems.append("`hidden_size` is \(size), but the last of `hidden_sizes` is \(last)")
    }
    // The placeholders stand only where a problem is noted already, so no further one comes of them.
    let configuration = LanguageModelConfiguration(
      cell: cell ?? .lstm, vocabularySize: vocabularySize ?? 1,
      embeddingSize: embeddingSize ?? hiddenSizes?.last ?? 1,
      hiddenSizes: hiddenSizes ?? [embeddingSize ?? 1],
      dropout: dropout ?? 0, tiesWeights: tiesWeights ?? false,
      forgetBias: cell == nil ? nil : forgetBias, locksDropout: locksDropout ?? false,
      inputDropout: inputDropout ?? 0, embeddingDropout: embeddingDropout ?? 0,
      weightDrop: weightDrop ?? 0, adaptiveCutoffs: vocabularySize == nil ? nil : cutoffs)
    problems += configuration.problems
    if let first = badNumbers.first, badNumbers.count == problems.count { throw first }
    if !problems.isEmpty {
      throw RecurError(
        .badConfiguration, RecurError.joined(problems),
        hint: "restore the configuration that was written with the model")
    }
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
    if locksDropout { try container.encode(true, forKey: .locksDropout) }
    for (key, value) in [
      (CodingKeys.inputDropout, inputDropout), (.embeddingDropout, embeddingDropout),
      (.weightDrop, weightDrop),
    ] where value > 0 {
      try container.encode(value, forKey: key)
    }
    try container.encodeIfPresent(adaptiveCutoffs, forKey: .adaptiveCutoffs)
    try container.encode([Self.architecture], forKey: .architectures)
    try container.encode("float32", forKey: .dataType)
    try container.encode(hiddenSizes.count, forKey: .layerCount)
    try container.encode(hiddenSizes.last, forKey: .hiddenSize)
  }
}

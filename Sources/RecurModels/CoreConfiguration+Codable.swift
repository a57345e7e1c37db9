import RecurFiles

/// The keys of `config.json`, for every head: Recur's own and those that other readers look for.
enum ConfigurationKey: String, CodingKey {
  // Of the embedding and the core.
  case modelType = "model_type"
  case cell
  case vocabularySize = "vocab_size"
  case embeddingSize = "embedding_size"
  case hiddenSizes = "hidden_sizes"
  case dropout
  case forgetBias = "forget_bias"
  case locksDropout = "locked_dropout"
  case inputDropout = "input_dropout"
  case embeddingDropout = "embedding_dropout"
  case weightDrop = "weight_drop"
  case architectures
  case dataType = "torch_dtype"
  case layerCount = "num_layers"
  case hiddenSize = "hidden_size"

  // Of a language model.
  case tiesWeights = "tie_weights"
  case adaptiveCutoffs = "adaptive_cutoffs"

  // Of a classifier.
  case isBidirectional = "bidirectional"
  case pooling
  case namesByID = "id2label"
  case idsByName = "label2id"
  case temperature
  case ngramScale = "ngram_scale"
  case maximumTokens = "maximum_tokens"
  case problemType = "problem_type"
}

extension CoreConfiguration {
  /// Reads what all heads have, notes what is wrong, and checks that the file is of a head.
  ///
  /// What cannot be read gets a value that no further problem comes of, as one is noted already.
  init(_ reader: inout ConfigurationReader, of head: (some HeadConfiguration).Type) {
    let modelType = reader.read(String.self, .modelType, "a string")
    reader.check(.modelType, modelType, isOneOf: [head.modelType])
    let names = CellKind.allCases.map(\.rawValue).joined(separator: ", ")
    let cell = reader.read(CellKind.self, .cell, "one of \(names)")
    let vocabularySize = reader.read(Int.self, .vocabularySize, "a plain integer")
    let embeddingSize = reader.read(Int.self, .embeddingSize, "a plain integer")
    let hiddenSizes = reader.read([Int].self, .hiddenSizes, "a list of plain integers")
    let dropout = reader.read(Double.self, .dropout, "a number", default: 0)
    let forgetBias =
      reader.read(Double?.self, .forgetBias, "a number", default: .some(nil)) ?? nil
    let locksDropout = reader.read(Bool.self, .locksDropout, "true or false", default: false)
    let inputDropout = reader.read(Double.self, .inputDropout, "a number", default: 0)
    let embeddingDropout = reader.read(Double.self, .embeddingDropout, "a number", default: 0)
    let weightDrop = reader.read(Double.self, .weightDrop, "a number", default: 0)
    let type = reader.read(String.self, .dataType, "a string", default: "float32")
    reader.check(.dataType, type, isOneOf: head.storedTypes.compactMap(\.nameInPyTorch))
    reader.checkLayers(hiddenSizes)
    self.init(
      cell: cell ?? .lstm, vocabularySize: vocabularySize ?? 1,
      embeddingSize: embeddingSize ?? hiddenSizes?.last ?? 1,
      hiddenSizes: hiddenSizes ?? [embeddingSize ?? 1], dropout: dropout ?? 0,
      forgetBias: cell == nil ? nil : forgetBias, locksDropout: locksDropout ?? false,
      inputDropout: inputDropout ?? 0, embeddingDropout: embeddingDropout ?? 0,
      weightDrop: weightDrop ?? 0)
  }

  /// Writes what all heads have; of what is dropped besides `dropout` only what is.
  func encode(
    to container: inout KeyedEncodingContainer<ConfigurationKey>,
    of head: (some HeadConfiguration).Type
  ) throws {
    try container.encode(head.modelType, forKey: .modelType)
    try container.encode(cell, forKey: .cell)
    try container.encode(vocabularySize, forKey: .vocabularySize)
    try container.encode(embeddingSize, forKey: .embeddingSize)
    try container.encode(hiddenSizes, forKey: .hiddenSizes)
    try container.encode(dropout, forKey: .dropout)
    try container.encodeIfPresent(forgetBias, forKey: .forgetBias)
    if locksDropout { try container.encode(true, forKey: .locksDropout) }
    for (key, value) in [
      (ConfigurationKey.inputDropout, inputDropout), (.embeddingDropout, embeddingDropout),
      (.weightDrop, weightDrop),
    ] where value > 0 {
      try container.encode(value, forKey: key)
    }
    try container.encode([head.architecture], forKey: .architectures)
    try container.encode("float32", forKey: .dataType)
    try container.encode(hiddenSizes.count, forKey: .layerCount)
    try container.encode(hiddenSizes.last, forKey: .hiddenSize)
  }
}

extension DType {
  /// What `torch_dtype` calls the element types that weights may have.
  fileprivate var nameInPyTorch: String? {
    switch self {
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    default: nil
    }
  }
}

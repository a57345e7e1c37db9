extension LanguageModelConfiguration: Codable {
  /// The `model_type` of a `config.json`.
  public static let modelType = "recur-language-model"
  static let architecture = "RecurLanguageModel"

  /// Reads a configuration and refuses one that cannot be built.
  ///
  /// `dropout` and the other probabilities, `locked_dropout`, `tie_weights`, `forget_bias` and
  /// `adaptive_cutoffs` may be missing (0, false, false, none, none). Keys that are not Recur's are
  /// let pass, as other tools add theirs.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  public init(from decoder: any Decoder) throws {
    var reader = try ConfigurationReader(decoder)
    let core = CoreConfiguration(&reader, of: Self.self)
    let tiesWeights = reader.read(Bool.self, .tiesWeights, "true or false", default: false)
    let cutoffs =
      reader.read([Int]?.self, .adaptiveCutoffs, "a list of plain integers", default: .some(nil))
      ?? nil
    let configuration = LanguageModelConfiguration(
      cell: core.cell, vocabularySize: core.vocabularySize, embeddingSize: core.embeddingSize,
      hiddenSizes: core.hiddenSizes, dropout: core.dropout, tiesWeights: tiesWeights ?? false,
      forgetBias: core.forgetBias, locksDropout: core.locksDropout,
      inputDropout: core.inputDropout, embeddingDropout: core.embeddingDropout,
      weightDrop: core.weightDrop,
      adaptiveCutoffs: reader.isUnreadable(.vocabularySize) ? nil : cutoffs)
    try reader.check(configuration.problems)
    self = configuration
  }

  /// Writes Recur's keys and those that other readers look for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ConfigurationKey.self)
    try core.encode(to: &container, of: Self.self)
    try container.encode(tiesWeights, forKey: .tiesWeights)
    try container.encodeIfPresent(adaptiveCutoffs, forKey: .adaptiveCutoffs)
  }
}

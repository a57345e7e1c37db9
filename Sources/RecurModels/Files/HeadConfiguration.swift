import RecurFiles

/// A configuration of a model with some head, as `config.json` holds it.
protocol HeadConfiguration: Codable, Sendable {
  /// The `model_type` of its `config.json`.
  static var modelType: String { get }
  /// The name of its class among the `architectures` of its `config.json`.
  static var architecture: String { get }
  /// What such a model is called, with its article.
  static var title: String { get }
  /// What to do with such a model where another was expected.
  static var useHint: String { get }
  /// The element types that its weights may have; others than F32 are widened.
  static var storedTypes: [DType] { get }
  /// V: the tokens of the vocabulary.
  var vocabularySize: Int { get }
  /// The name and shape of every parameter.
  var parameterShapes: [(name: String, shape: [Int])] { get }
}

extension LanguageModelConfiguration: HeadConfiguration {
  static let title = "a language model"
  static let useHint =
    "start a classifier from it with `recur train sentiment --init-from`, or write text with "
    + "`recur generate`"
  static let storedTypes: [DType] = [.f32]
}

extension SequenceClassifierConfiguration: HeadConfiguration {
  static let title = "a classifier"
  static let useHint = "score texts with it: `recur sentiment --model`"
  static let storedTypes: [DType] = [.f32, .f16, .bf16]
}

extension HeadConfiguration {
  /// Reads a `config.json`.
  ///
  /// - Throws: `.badData` for a model with another head, saying what it is for.
  static func read(_ bytes: [UInt8], path: String) throws(RecurError) -> Self {
    let limits = JSONGate.Limits.configuration
    let type = try JSONGate.value(from: bytes, limits: limits, path: path)["model_type"]?.string
    let heads: [any HeadConfiguration.Type] = [
      LanguageModelConfiguration.self, SequenceClassifierConfiguration.self,
    ]
    if type != modelType, let other = heads.first(where: { $0.modelType == type }) {
      throw RecurError(
        .badData, "this is \(other.title), not \(title)", at: .init(path: path),
        hint: other.useHint)
    }
    return try JSONGate.decode(Self.self, from: bytes, limits: limits, path: path)
  }

  /// Reads a `config.json` from a file.
  static func read(contentsOf path: String) throws(RecurError) -> Self {
    try read(
      try InputFile.read(path, limit: JSONGate.Limits.configuration.byteCount), path: path)
  }
}

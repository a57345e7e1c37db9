public import RecurFiles
public import RecurText

/// A language model on disk, in the shape of the Hugging Face hub:
///
///     config.json             what the model is made of
///     model.safetensors       the weights, under PyTorch's names
///     tokenizer.json          the tokenizer
///     generation_config.json  how text is written unless told otherwise
///     README.md               the model card
///     training_args.json      how it was trained, where that is known
///     eval_results.json       what it achieved, where that is known
///
/// Nothing that is loaded is ever executed, and a directory that cannot be used is refused with all
/// of its problems at once.
public struct ModelDirectory: Sendable {
  /// The model.
  public var model: LanguageModel
  /// The tokenizer that the model was trained with.
  public var tokenizer: Tokenizer
  /// How text is written unless told otherwise.
  public var generation: GenerationConfiguration
  /// The facts of the model card; what is loaded has none.
  public var card: ModelCard
  /// What `training_args.json` holds, an object.
  public var trainingArguments: JSONValue?
  /// What `eval_results.json` holds, an object.
  public var evaluationResults: JSONValue?

  /// Puts together what is to be written.
  ///
  /// - Parameters:
  ///   - model: A model with a configuration.
  ///   - tokenizer: A tokenizer of as many tokens as the model has.
  ///   - generation: The settings of `generation_config.json`.
  ///   - card: The facts of the model card.
  ///   - trainingArguments: The content of `training_args.json`; see `JSONValue.init(encoding:)`.
  ///   - evaluationResults: The content of `eval_results.json`.
  public init(
    _ model: LanguageModel, _ tokenizer: Tokenizer,
    generation: GenerationConfiguration = GenerationConfiguration(),
    card: ModelCard = ModelCard(), trainingArguments: JSONValue? = nil,
    evaluationResults: JSONValue? = nil
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.generation = generation
    self.card = card
    self.trainingArguments = trainingArguments
    self.evaluationResults = evaluationResults
  }

  /// The names of the files.
  public enum FileName {
    /// What the model is made of.
    public static let configuration = "config.json"
    /// The weights.
    public static let weights = "model.safetensors"
    /// The term of a classifier's n-grams.
    public static let ngrams = "ngrams.safetensors"
    /// The tokenizer.
    public static let tokenizer = "tokenizer.json"
    /// How text is written unless told otherwise.
    public static let generation = "generation_config.json"
    /// The model card.
    public static let card = "README.md"
    /// How the model was trained.
    public static let trainingArguments = "training_args.json"
    /// What the model achieved.
    public static let evaluationResults = "eval_results.json"
  }
}

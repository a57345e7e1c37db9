public import RecurFiles
import RecurGradients
import RecurTensors
public import RecurText

/// A classifier on disk, in the shape of the Hugging Face hub, as `ModelDirectory` is for a language
/// model:
///
///     config.json          what the model is made of, the classes' names, the temperature
///     model.safetensors    the weights, under PyTorch's names
///     ngrams.safetensors   the term of its n-grams, where it has one
///     tokenizer.json       the tokenizer
///     README.md            the model card
///     training_args.json   how it was trained, where that is known
///     eval_results.json    what it achieved, where that is known
public struct ClassifierDirectory: Sendable {
  /// The model.
  public var model: SequenceClassifier
  /// The tokenizer that the model was trained with.
  public var tokenizer: Tokenizer
  /// The term of the model's n-grams; nil exactly where its configuration has no `ngramScale`.
  public var ngrams: NGramTerm?
  /// The facts of the model card; what is loaded has none.
  public var card: ModelCard
  /// What `training_args.json` holds, an object.
  public var trainingArguments: JSONValue?
  /// What `eval_results.json` holds, an object.
  public var evaluationResults: JSONValue?

  /// Puts together what is to be written.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - tokenizer: A tokenizer of as many tokens as the model has.
  ///   - ngrams: The term of its n-grams, for a model whose configuration has an `ngramScale`.
  ///   - card: The facts of the model card.
  ///   - trainingArguments: The content of `training_args.json`; see `JSONValue.init(encoding:)`.
  ///   - evaluationResults: The content of `eval_results.json`.
  public init(
    _ model: SequenceClassifier, _ tokenizer: Tokenizer, ngrams: NGramTerm? = nil,
    card: ModelCard = ModelCard(), trainingArguments: JSONValue? = nil,
    evaluationResults: JSONValue? = nil
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.ngrams = ngrams
    self.card = card
    self.trainingArguments = trainingArguments
    self.evaluationResults = evaluationResults
  }

  /// Reads a model directory, a checkpoint, or the newest checkpoint of a training's directory.
  ///
  /// `training_args.json` and `eval_results.json` may be missing. Weights in F16 and BF16 are widened.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - allowingNonFinite: Whether weights may be NaN or infinite.
  /// - Throws: `.missingInput` where there is nothing, `.badData` with every problem in one line, or
  ///   saying what the model is where it is a language model.
  public init(contentsOf path: String, allowingNonFinite: Bool = false) throws(RecurError) {
    let location = try ModelLocation(path)
    let files = try ModelFiles<SequenceClassifierConfiguration>(location, path: path)
    self.init(
      try SequenceClassifier(
        files.configuration, from: files.weights, allowingNonFinite: allowingNonFinite),
      files.tokenizer,
      ngrams: try files.configuration.ngrams { () throws(RecurError) in
        try SafetensorsFile(contentsOf: location.ngrams)
      }, trainingArguments: files.trainingArguments,
      evaluationResults: files.evaluationResults)
  }

  /// Writes the directory, or replaces its files, durably. None is replaced before all are complete; files of
  /// other names stay.
  ///
  /// - Throws: `.badConfiguration` for a configuration that is not the model's or cannot be stored,
  ///   `.badData` for a tokenizer that does not fit or weights that are not finite; what cannot be
  ///   created or written.
  public func write(to path: String) throws(RecurError) {
    try collected(path).write(model, to: path)
  }

  /// Every file but the weights, in the order in which they are written.
  ///
  /// - Parameter path: Only for messages and the name on the card.
  public func smallFiles(_ path: String) throws(RecurError) -> [(name: String, bytes: [UInt8])] {
    try collected(path).files
  }

  private func collected(_ path: String) throws(RecurError) -> SmallModelFiles {
    let configuration = model.configuration
    try configuration.validate()
    let shapes = model.parameters.map { "\($0.name) \($0.value.shape)" }
    guard shapes == configuration.parameterShapes.map({ "\($0.name) \($0.shape)" }) else {
      throw RecurError(
        .badConfiguration, "the parameters of the model are not those of its configuration",
        at: .init(path: path), hint: "write its parameters by SafetensorsFile and storedTensors")
    }
    guard
      (ngrams?.classCount).map({ $0 == configuration.classCount })
        ?? (configuration.ngramScale == nil), (ngrams == nil) == (configuration.ngramScale == nil)
    else {
      throw RecurError(
        .badConfiguration, "the n-grams of the model are not those of its configuration",
        at: .init(path: path), hint: "give both ngrams and ngramScale, or neither")
    }
    var files = try SmallModelFiles(configuration, tokenizer, path: path)
    if let ngrams { files.add(ModelDirectory.FileName.ngrams, ngrams.encoded()) }
    files.add(ModelDirectory.FileName.trainingArguments, trainingArguments)
    files.add(ModelDirectory.FileName.evaluationResults, evaluationResults)
    files.add(
      ModelDirectory.FileName.card,
      card.markdown(
        for: .init(configuration, tokenizer), fallbackName: FolderPath.name(of: path)))
    return files
  }
}

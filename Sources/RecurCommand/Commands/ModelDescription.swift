import Recur

/// What `recur info` says of a model, whatever its head.
struct ModelDescription {
  var rows: [(String, String)]
  var configuration: JSONValue
  var shapes: [(name: String, shape: [Int])]
  var tokenizer: Tokenizer
  /// The settings that text is written with; nil where the model writes none.
  var generation: JSONValue?
  var training: JSONValue?
  var results: JSONValue?

  var parameterCount: Int { shapes.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// Reads a directory.
  init(contentsOf path: String) throws(RecurError) {
    if ModelDirectory.isClassifier(path) {
      try self.init(ClassifierDirectory(contentsOf: path))
    } else {
      try self.init(ModelDirectory(contentsOf: path), path)
    }
  }

  private init(_ directory: ModelDirectory, _ path: String) throws(RecurError) {
    guard let configuration = directory.model.configuration else {
      throw RecurError(
        .bug, "the model has no configuration", at: .init(path: path), hint: "please report this")
    }
    rows = [
      (
        "Model",
        "language model, \(configuration.cell.rawValue), hidden sizes "
          + Self.listed(configuration.hiddenSizes)
      ),
      ("Embedding", "\(configuration.embeddingSize)\(configuration.tiesWeights ? ", tied" : "")"),
      ("Dropout", "\(configuration.dropoutDescription) in training"),
    ]
    self.configuration = try JSONValue(encoding: configuration)
    shapes = configuration.parameterShapes
    tokenizer = directory.tokenizer
    generation = try JSONValue(encoding: directory.generation)
    training = directory.trainingArguments
    results = directory.evaluationResults
  }

  private init(_ directory: ClassifierDirectory) throws(RecurError) {
    let configuration = directory.model.configuration
    let names = configuration.classNames.prefix(20).map { DisplayText.escaped($0, limit: 40) }
    rows = [
      (
        "Model",
        "classifier, \(configuration.isBidirectional ? "bidirectional " : "")"
          + "\(configuration.cell.rawValue), hidden sizes \(Self.listed(configuration.hiddenSizes))"
      ),
      (
        "Classes",
        names.joined(separator: ", ") + (configuration.classNames.count > 20 ? ", …" : "")
      ),
      ("Pooling", configuration.pooling.rawValue),
      ("Temperature", NumberText.fixed(configuration.temperature, 4)),
      (
        "N-grams",
        directory.ngrams.map {
          "\(NumberText.grouped($0.count)), times "
            + NumberText.fixed(configuration.ngramScale ?? 0, 4)
        } ?? "none"
      ),
      ("Embedding", "\(configuration.embeddingSize)"),
      ("Dropout", "\(configuration.dropoutDescription) in training"),
    ]
    self.configuration = try JSONValue(encoding: configuration)
    shapes = configuration.parameterShapes
    tokenizer = directory.tokenizer
    training = directory.trainingArguments
    results = directory.evaluationResults
  }

  private static func listed(_ sizes: [Int]) -> String {
    sizes.map(String.init).joined(separator: ", ")
  }
}

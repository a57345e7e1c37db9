import RecurFiles
import RecurGradients
import RecurTensors
import RecurText

/// What the directories of all models have in common.
struct ModelFiles<Configuration: HeadConfiguration> {
  typealias FileName = ModelDirectory.FileName

  let configuration: Configuration
  let tokenizer: Tokenizer
  let weights: SafetensorsFile
  let trainingArguments: JSONValue?
  let evaluationResults: JSONValue?

  /// Reads all files but those that only one kind of model has.
  ///
  /// - Parameter more: Reads these, noting what is wrong with them.
  init(
    _ location: ModelLocation, path: String,
    more: (inout DirectoryProblems) -> Void = { _ in }
  ) throws(RecurError) {
    var problems = DirectoryProblems(path: path)
    let configuration = problems.collect(FileName.configuration) { () throws(RecurError) in
      try Configuration.read(contentsOf: location.configuration)
    }
    let tokenizer = problems.collect(FileName.tokenizer) { () throws(RecurError) in
      try Tokenizer(contentsOf: location.tokenizer)
    }
    more(&problems)
    let training = problems.collect(FileName.trainingArguments) { () throws(RecurError) in
      try Self.record(location.trainingArguments)
    }
    let evaluation = problems.collect(FileName.evaluationResults) { () throws(RecurError) in
      try Self.record(location.evaluationResults)
    }
    let weights = problems.collect(FileName.weights) { () throws(RecurError) in
      try SafetensorsFile(contentsOf: location.weights)
    }
    try self.init(
      configuration, tokenizer, weights, training ?? nil, evaluation ?? nil, location.tokenizer,
      &problems)
  }

  /// Reads the files of a model that is in memory; `name` is what messages call it.
  init(
    configuration: [UInt8], tokenizer: [UInt8], weights: [UInt8], name: String
  ) throws(RecurError) {
    var problems = DirectoryProblems(path: name)
    func place(_ file: String) -> String { FolderPath.join(name, file) }
    let parts = (
      configuration: problems.collect(FileName.configuration) { () throws(RecurError) in
        try Configuration.read(configuration, path: place(FileName.configuration))
      },
      tokenizer: problems.collect(FileName.tokenizer) { () throws(RecurError) in
        try Tokenizer(serialized: tokenizer, path: place(FileName.tokenizer))
      },
      weights: problems.collect(FileName.weights) { () throws(RecurError) in
        try SafetensorsFile(bytes: weights, path: place(FileName.weights))
      }
    )
    try self.init(
      parts.configuration, parts.tokenizer, parts.weights, nil, nil, place(FileName.tokenizer),
      &problems)
  }

  /// Holds the files against one another.
  private init(
    _ configuration: Configuration?, _ tokenizer: Tokenizer?, _ weights: SafetensorsFile?,
    _ trainingArguments: JSONValue?, _ evaluationResults: JSONValue?, _ tokenizerPath: String,
    _ problems: inout DirectoryProblems
  ) throws(RecurError) {
    if let configuration, let weights {
      problems.add(
        FileName.weights,
        weights.problems(
          expecting: configuration.parameterShapes, types: Configuration.storedTypes),
        at: weights.path)
    }
    if let configuration, let tokenizer,
      tokenizer.vocabulary.count != configuration.vocabularySize
    {
      problems.add(
        FileName.tokenizer,
        [
          "\(tokenizer.vocabulary.count) tokens, but `vocab_size` is "
            + "\(configuration.vocabularySize)"
        ], at: tokenizerPath)
    }
    try problems.check()
    guard let configuration, let tokenizer, let weights else {
      throw RecurError(
        .bug, "a model directory without a problem has no model", at: .init(path: problems.path),
        hint: "please report this")
    }
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.weights = weights
    self.trainingArguments = trainingArguments
    self.evaluationResults = evaluationResults
  }

  private static func record(_ path: String?) throws(RecurError) -> JSONValue? {
    guard let path else { return nil }
    let limits = JSONGate.Limits.record
    let value = try JSONGate.value(
      from: try InputFile.read(path, limit: limits.byteCount), limits: limits, path: path)
    if value.members != nil { return value }
    throw RecurError(
      .badData, "this is not an object", at: .init(path: path),
      hint: "correct or remove the file")
  }
}

// MARK: Writing

/// The files of a model but the weights, to be written.
struct SmallModelFiles {
  typealias FileName = ModelDirectory.FileName

  private(set) var files: [(name: String, bytes: [UInt8])] = []

  /// Begins with the tokenizer and the configuration, which must fit.
  init(
    _ configuration: some HeadConfiguration, _ tokenizer: Tokenizer, path: String
  ) throws(RecurError) {
    guard tokenizer.vocabulary.count == configuration.vocabularySize else {
      throw RecurError(
        .badData,
        "the tokenizer has \(tokenizer.vocabulary.count) tokens, the model "
          + "\(configuration.vocabularySize)",
        at: .init(path: path), hint: "use the tokenizer that the model was trained with")
    }
    files = [
      (FileName.configuration, try JSONGate.encode(configuration)),
      (FileName.tokenizer, tokenizer.serialized()),
    ]
  }

  mutating func add(_ name: String, _ value: some Encodable) throws(RecurError) {
    files.append((name, try JSONGate.encode(value)))
  }

  mutating func add(_ name: String, _ value: JSONValue?) {
    if let value { files.append((name, value.encoded(pretty: true))) }
  }

  mutating func add(_ name: String, _ bytes: [UInt8]) {
    files.append((name, bytes))
  }

  mutating func add(_ name: String, _ text: String) {
    files.append((name, Array(text.utf8)))
  }

  /// Writes these files and the weights of a model, durably: none is replaced before all are complete.
  func write(_ model: some Module, to path: String) throws(RecurError) {
    for (name, value) in model.parameters {
      let bad = value.withUnsafeBuffer { $0.firstIndex { !$0.isFinite } }
      guard let bad else { continue }
      throw RecurError(
        .badData, "tensor \"\(name)\" is not finite at element \(bad)", at: .init(path: path),
        hint: "the training diverged; go back to an earlier checkpoint")
    }
    try Folder.create(path)
    typealias Content = (OutputFile) throws(RecurError) -> Void
    var all: [(path: String, body: Content)] = [
      (
        FolderPath.join(path, FileName.weights),
        { (file: OutputFile) throws(RecurError) in
          try SafetensorsFile.write(model.storedTensors, to: file)
        }
      )
    ]
    // The configuration is the last: where it stands there is a whole model.
    for (name, bytes) in files.reversed() {
      all.append(
        (
          FolderPath.join(path, name),
          { (file: OutputFile) throws(RecurError) in try file.append(bytes) }
        ))
    }
    try AtomicFile.write(all)
  }
}

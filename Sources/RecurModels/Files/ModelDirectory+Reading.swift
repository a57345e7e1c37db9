public import RecurFiles
import RecurText

extension ModelDirectory {
  /// Reads a model directory, a checkpoint, or the newest checkpoint of a training's directory.
  ///
  /// `generation_config.json`, `training_args.json` and `eval_results.json` may be missing.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - allowingNonFinite: Whether weights may be NaN or infinite.
  /// - Throws: `.missingInput` where there is nothing, `.badData` with every problem in one line.
  public init(contentsOf path: String, allowingNonFinite: Bool = false) throws(RecurError) {
    let location = try ModelLocation(path)
    var problems = Problems(path: path)
    let configuration = problems.collect(FileName.configuration) { () throws(RecurError) in
      try JSONGate.decode(
        LanguageModelConfiguration.self,
        from: try InputFile.read(
          location.configuration, limit: JSONGate.Limits.configuration.byteCount),
        limits: .configuration, path: location.configuration)
    }
    let tokenizer = problems.collect(FileName.tokenizer) { () throws(RecurError) in
      try Tokenizer(contentsOf: location.tokenizer)
    }
    let generation =
      problems.collect(FileName.generation) { () throws(RecurError) in
        try Self.generation(location.generation)
      } ?? GenerationConfiguration()
    let training = problems.collect(FileName.trainingArguments) { () throws(RecurError) in
      try Self.record(location.trainingArguments)
    }
    let evaluation = problems.collect(FileName.evaluationResults) { () throws(RecurError) in
      try Self.record(location.evaluationResults)
    }
    let weights = problems.collect(FileName.weights) { () throws(RecurError) in
      try SafetensorsFile(contentsOf: location.weights)
    }
    if let configuration, let weights {
      problems.add(
        FileName.weights, weights.problems(expecting: configuration.parameterShapes),
        at: location.weights)
    }
    if let configuration, let tokenizer,
      tokenizer.vocabulary.count != configuration.vocabularySize
    {
      problems.add(
        FileName.tokenizer,
        [
          "\(tokenizer.vocabulary.count) tokens, but `vocab_size` is "
            + "\(configuration.vocabularySize)"
        ], at: location.tokenizer)
    }
    try problems.check()
    guard let configuration, let tokenizer, let weights else {
      throw RecurError(
        .bug, "a model directory without a problem has no model", at: .init(path: path),
        hint: "please report this")
    }
    let model = try LanguageModel(
      configuration, from: weights, allowingNonFinite: allowingNonFinite)
    self.init(
      model, tokenizer, generation: generation, trainingArguments: training ?? nil,
      evaluationResults: evaluation ?? nil)
  }

  private static func generation(_ path: String?) throws(RecurError) -> GenerationConfiguration {
    guard let path else { return GenerationConfiguration() }
    let limits = JSONGate.Limits.configuration
    let generation = try JSONGate.decode(
      GenerationConfiguration.self, from: try InputFile.read(path, limit: limits.byteCount),
      limits: limits, path: path)
    do throws(RecurError) {
      try generation.validate()
    } catch {
      throw RecurError(.badData, error.what, at: .init(path: path), hint: error.hint)
    }
    return generation
  }

  private static func record(_ path: String?) throws(RecurError) -> JSONValue? {
    guard let path else { return nil }
    let limits = JSONGate.Limits.configuration
    let value = try JSONGate.value(
      from: try InputFile.read(path, limit: limits.byteCount), limits: limits, path: path)
    if value.members != nil { return value }
    throw RecurError(
      .badData, "this is not an object", at: .init(path: path),
      hint: "correct or remove the file")
  }

  /// What is wrong with the files of a directory.
  private struct Problems {
    let path: String
    private var errors: [(file: String, error: RecurError)] = []

    init(path: String) { self.path = path }

    /// What reading gives; nil with the error noted where it fails.
    mutating func collect<Value>(
      _ file: String, _ read: () throws(RecurError) -> Value
    ) -> Value? {
      do throws(RecurError) {
        return try read()
      } catch {
        var error = error
        if error.place == nil { error.place = .init(path: FolderPath.join(path, file)) }
        if error.kind == .badConfiguration { error.kind = .badData }
        errors.append((file, error))
        return nil
      }
    }

    mutating func add(_ file: String, _ problems: [String], at place: String) {
      if problems.isEmpty { return }
      errors.append(
        (
          file,
          RecurError(
            .badData, RecurError.joined(problems), at: .init(path: place),
            hint: "the files belong to different models; restore those that were written together")
        ))
    }

    /// A single problem is thrown as it is, several in one line.
    func check() throws(RecurError) {
      if errors.isEmpty { return }
      if errors.count == 1 { throw errors[0].error }
      // A directory without one of its files is still there: its files are bad data together.
      throw RecurError(
        .badData, errors.map { "\($0.file): \($0.error.what)" }.joined(separator: "; "),
        at: .init(path: path), hint: "name the directory of a model; `recur info` describes one")
    }
  }
}

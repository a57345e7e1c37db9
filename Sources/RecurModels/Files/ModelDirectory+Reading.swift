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
  /// - Throws: `.missingInput` where there is nothing, `.badData` with every problem in one line, or
  ///   saying what the model is where it is a classifier.
  public init(contentsOf path: String, allowingNonFinite: Bool = false) throws(RecurError) {
    let location = try ModelLocation(path)
    var generation: GenerationConfiguration?
    let files = try ModelFiles<LanguageModelConfiguration>(location, path: path) { problems in
      generation = problems.collect(FileName.generation) { () throws(RecurError) in
        try Self.generation(location.generation)
      }
    }
    let model = try LanguageModel(
      files.configuration, from: files.weights, allowingNonFinite: allowingNonFinite)
    self.init(
      model, files.tokenizer, generation: generation ?? GenerationConfiguration(),
      trainingArguments: files.trainingArguments, evaluationResults: files.evaluationResults)
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
}

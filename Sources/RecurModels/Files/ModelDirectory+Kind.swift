import RecurFiles

extension ModelDirectory {
  /// Whether a directory holds a classifier, by the `model_type` of its `config.json`; see
  /// `ClassifierDirectory`. Where that cannot be read it is none: loading it says why.
  public static func isClassifier(_ path: String) -> Bool {
    let limits = JSONGate.Limits.configuration
    guard let configuration = try? ModelLocation(path).configuration,
      let bytes = try? InputFile.read(configuration, limit: limits.byteCount),
      let value = try? JSONGate.value(from: bytes, limits: limits, path: configuration)
    else { return false }
    return value["model_type"]?.string == SequenceClassifierConfiguration.modelType
  }
}

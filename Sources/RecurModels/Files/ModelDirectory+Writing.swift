public import RecurFiles
import RecurGradients
import RecurTensors
import RecurText

extension ModelDirectory {
  /// Writes the directory, or replaces its files, durably. None is replaced before all are complete; files of
  /// other names stay.
  ///
  /// - Throws: `.badConfiguration` for a model without a configuration, `.badData` for a tokenizer
  ///   that does not fit or weights that are not finite; what cannot be created or written.
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
    guard let configuration = model.configuration else {
      throw RecurError(
        .badConfiguration, "a model of cells of one's own has no configuration to be stored",
        at: .init(path: path), hint: "write its parameters by SafetensorsFile and storedTensors")
    }
    var files = try SmallModelFiles(configuration, tokenizer, path: path)
    try generation.validate()
    try files.add(FileName.generation, generation)
    files.add(FileName.trainingArguments, trainingArguments)
    files.add(FileName.evaluationResults, evaluationResults)
    files.add(
      FileName.card,
      card.markdown(
        for: .init(configuration, tokenizer), fallbackName: FolderPath.name(of: path)))
    return files
  }
}

extension JSONValue {
  /// A value as the JSON that it is encoded to.
  ///
  /// - Throws: `.badData` for a number that is not finite.
  public init(encoding value: some Encodable) throws(RecurError) {
    self = try JSONGate.value(
      from: try JSONGate.encode(value, pretty: false),
      limits: JSONGate.Limits(byteCount: .max, depth: 16), path: "memory")
  }
}

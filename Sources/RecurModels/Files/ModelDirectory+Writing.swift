public import RecurFiles
import RecurGradients
import RecurTensors
import RecurText

extension ModelDirectory {
  /// Writes the directory, or replaces its files. Each file is replaced as a whole and durably, the
  /// weights last; files of other names stay.
  ///
  /// - Throws: `.badConfiguration` for a model without a configuration, `.badData` for a tokenizer
  ///   that does not fit or weights that are not finite; what cannot be created or written.
  public func write(to path: String) throws(RecurError) {
    let files = try smallFiles(path)
    try checkWeights(path)
    try Folder.create(path)
    for (name, bytes) in files {
      try AtomicFile.write(bytes, to: FolderPath.join(path, name))
    }
    try SafetensorsFile.write(
      model.storedTensors, to: FolderPath.join(path, FileName.weights))
  }

  /// Every file but the weights, in the order in which they are written.
  ///
  /// - Parameter path: Only for messages and the name on the card.
  public func smallFiles(_ path: String) throws(RecurError) -> [(name: String, bytes: [UInt8])] {
    guard let configuration = model.configuration else {
      throw RecurError(
        .badConfiguration, "a model of cells of one's own has no configuration to be stored",
        at: .init(path: path), hint: "write its parameters by SafetensorsFile and storedTensors")
    }
    guard tokenizer.vocabulary.count == model.vocabularySize else {
      throw RecurError(
        .badData,
        "the tokenizer has \(tokenizer.vocabulary.count) tokens, the model \(model.vocabularySize)",
        at: .init(path: path), hint: "use the tokenizer that the model was trained with")
    }
    try generation.validate()
    var files = [
      (name: FileName.tokenizer, bytes: tokenizer.serialized()),
      (name: FileName.configuration, bytes: try JSONGate.encode(configuration)),
      (name: FileName.generation, bytes: try JSONGate.encode(generation)),
    ]
    if let trainingArguments {
      files.append((FileName.trainingArguments, trainingArguments.encoded(pretty: true)))
    }
    if let evaluationResults {
      files.append((FileName.evaluationResults, evaluationResults.encoded(pretty: true)))
    }
    let text = card.markdown(
      for: configuration, tokenizer: tokenizer, fallbackName: FolderPath.name(of: path))
    files.append((FileName.card, Array(text.utf8)))
    return files
  }

  /// Refuses weights that could not be loaded again.
  private func checkWeights(_ path: String) throws(RecurError) {
    for (name, value) in model.parameters {
      let bad = value.withUnsafeBuffer { $0.firstIndex { !$0.isFinite } }
      guard let bad else { continue }
      throw RecurError(
        .badData, "tensor \"\(name)\" is not finite at element \(bad)", at: .init(path: path),
        hint: "the training diverged; go back to an earlier checkpoint")
    }
  }
}

extension JSONValue {
  /// A value as the JSON that it is encoded to.
  ///
  /// - Throws: `.badData` for a number that is not finite.
  public init(encoding value: some Encodable) throws(RecurError) {
    self = try JSONGate.value(
      from: try JSONGate.encode(value), limits: .configuration, path: "memory")
  }
}

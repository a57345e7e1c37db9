public import RecurFiles

extension Tokenizer {
  /// Reads a `tokenizer.json` that Recur wrote, also where Hugging Face's tokenizers has written it
  /// again.
  ///
  /// Whatever the file asks for that Recur does not do is refused by name, never passed over.
  ///
  /// - Throws: what `InputFile` throws for a file that cannot be read; `.badData` for a file that is
  ///   damaged or asks for something else.
  public init(contentsOf path: String) throws(RecurError) {
    let limits = JSONGate.Limits.tokenizer
    let bytes = try InputFile.read(path, limit: limits.byteCount)
    try self.init(serialized: bytes, path: path)
  }

  /// Reads the bytes of a `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - bytes: the file's content.
  ///   - path: what an error names.
  /// - Throws: as for a file.
  public init(
    serialized bytes: [UInt8], path: String = "tokenizer.json"
  ) throws(RecurError) {
    let file = try JSONGate.value(from: bytes, limits: .tokenizer, path: path)
    self = try TokenizerReader(path: path).tokenizer(file)
  }
}

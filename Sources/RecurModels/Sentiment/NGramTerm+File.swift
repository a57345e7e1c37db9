import RecurFiles

extension NGramTerm {
  /// The content of `ngrams.safetensors`: `keys` (K) in U32, `weights` (K, M) and `bias` (M) in F32.
  func encoded() -> [UInt8] {
    SafetensorsFile.encode([
      .init("keys", shape: [count], words: index.keys),
      .init("weights", shape: [count, bias.count], floats: weights),
      .init("bias", shape: [bias.count], floats: bias),
    ])
  }

  /// Reads such a file.
  ///
  /// - Throws: `.badData` naming what is missing, does not fit or is not finite.
  init(_ file: SafetensorsFile, classCount: Int) throws(RecurError) {
    let width = Self.width(classCount)
    let count = file.record(named: "keys")?.count ?? 0
    var problems = file.problems(
      expecting: [("weights", [count, width]), ("bias", [width])], besides: ["keys"])
    if count > Self.maximumCount {
      problems.append("\(count) runs of words, the most is \(Self.maximumCount)")
    }
    if !problems.isEmpty { throw Self.error(RecurError.joined(problems), file) }
    let keys = try file.words(named: "keys")
    guard zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw Self.error("tensor \"keys\" does not ascend", file)
    }
    self.init(
      classCount: classCount, index: KeyIndex(ascending: keys),
      weights: try file.floats(named: "weights"), bias: try file.floats(named: "bias"))
  }

  private static func error(_ what: String, _ file: SafetensorsFile) -> RecurError {
    RecurError(
      .badData, what, at: .init(path: file.path),
      hint: "this is another model's file; restore the one that was written with the model")
  }
}

extension SequenceClassifierConfiguration {
  /// The term that belongs to the configuration; nil where it has none.
  func ngrams(
    _ file: () throws(RecurError) -> SafetensorsFile
  ) throws(RecurError) -> NGramTerm? {
    ngramScale == nil ? nil : try NGramTerm(try file(), classCount: classCount)
  }
}

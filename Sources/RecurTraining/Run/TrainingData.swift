import RecurData
public import RecurFiles
public import RecurText

/// The text of a training as tokens: what is trained on, and what is held out.
public struct TrainingData: Sendable {
  /// A file that text was read from.
  public struct Source: Sendable, Equatable, Codable {
    /// The file as it was named.
    public var path: String
    /// Bytes of text.
    public var bytes: Int
    /// The SHA-256 of the file.
    public var sha256: String
  }

  /// The tokens that are trained on.
  public let training: [Int32]
  /// The tokens that are held out; empty for none.
  public let validation: [Int32]
  /// The tokenizer of both.
  public let tokenizer: Tokenizer
  /// The files, those of the validation last.
  public let sources: [Source]
  /// The SHA-256 of all the text and of how it was parted.
  public let sha256: String
  /// Ill-formed stretches of UTF-8 that were replaced or skipped.
  public let invalidSequenceCount: Int

  /// Reads and encodes the files of options.
  ///
  /// The vocabulary is learned from all of `files`, the part that is held out included, and never
  /// from a validation file.
  ///
  /// - Parameters:
  ///   - options: Which files, how they are parted, and which tokenizer.
  ///   - tokenizer: A tokenizer to be used instead of a new one.
  /// - Throws: What reading the files throws; `.badData` for text that is too short, with the flags
  ///   that would help.
  public init(_ options: TrainingOptions, tokenizer: Tokenizer? = nil) throws(RecurError) {
    if options.files.isEmpty {
      throw RecurError(
        .usage, "no text to train on is given", hint: "name one or more text files")
    }
    let corpus = try Corpus(contentsOf: options.files, invalidUTF8: options.invalidUTF8)
    var validation: Corpus?
    if let path = options.validation {
      validation = try Corpus(contentsOf: path, invalidUTF8: options.invalidUTF8)
    }
    try self.init(options, training: corpus, validation: validation, tokenizer: tokenizer)
  }

  /// Encodes texts.
  ///
  /// - Parameters:
  ///   - options: How the text is parted, and which tokenizer.
  ///   - corpus: The text to train on, and to hold a part of out where no validation is given.
  ///   - held: A text for validation.
  ///   - tokenizer: A tokenizer to be used instead of a new one.
  /// - Throws: `.badData` for text that is too short, with the flags that would help.
  public init(
    _ options: TrainingOptions, training corpus: Corpus, validation held: Corpus? = nil,
    tokenizer: Tokenizer? = nil
  ) throws(RecurError) {
    let tokenizer =
      tokenizer
      ?? Tokenizer(
        options.tokenizer, fitting: corpus, maximumVocabulary: options.maxVocabulary,
        minimumCount: options.minCount, normalization: options.normalization,
        caseFolding: options.caseFolding)
    let tokens = tokenizer.encode(corpus)
    if let held {
      training = tokens
      validation = tokenizer.encode(held)
    } else {
      (training, validation) = HoldOut.split(tokens, fraction: options.validationFraction)
    }
    self.tokenizer = tokenizer
    sources = ([corpus] + (held.map { [$0] } ?? [])).flatMap(\.sources).map {
      Source(path: $0.path, bytes: $0.range.count, sha256: $0.sha256)
    }
    var digest = SHA256Digest()
    digest.update(corpus.utf8)
    digest.update(Array("|\(training.count)|".utf8))
    if let held { digest.update(held.utf8) }
    sha256 = digest.hexadecimal()
    invalidSequenceCount = corpus.invalidSequenceCount + (held?.invalidSequenceCount ?? 0)
    try check(options)
  }

  private func check(_ options: TrainingOptions) throws(RecurError) {
    let path = sources.first?.path
    try ContiguousBatches.check(
      count: training.count, batchSize: options.batchSize, windowLength: options.window,
      path: path)
    let isHeldOut = options.validation != nil || options.validationFraction > 0
    if isHeldOut, validation.count < 2 {
      throw RecurError(
        .badData, "\(validation.count) tokens are held out, which leaves nothing to predict",
        at: (options.validation ?? path).map { .init(path: $0) },
        hint: "give more data, a larger --validation-fraction, or --validation-fraction 0")
    }
  }
}

import ArgumentParser
import Recur

/// `recur tokenize`: shows what a text is to a model.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Show the tokens of a text.",
    discussion: """
      The tokenizer is a model's, or one that is made for the text. One line a token: its id and what \
      it stands for, as a JSON string, or <0xNN> for a single byte; with --offsets, first the bytes of \
      the text that it covers.

      EXAMPLES:
        recur tokenize out/shakespeare play.txt
        echo "Straße 🏳️‍🌈" | recur tokenize --tokenizer grapheme --offsets
        recur tokenize --tokenizer word book.txt --json
      """)

  @Argument(
    help: ArgumentHelp(
      "A model's directory, unless --tokenizer is given; then a text, else standard input.",
      valueName: "dir|file"))
  var paths: [String] = []

  @Option(help: ArgumentHelp("Make a tokenizer for the text itself.", valueName: "kind"))
  var tokenizer: Segmentation?

  @Option(
    help: ArgumentHelp(
      "With --tokenizer: the text's normalization. (default: none)", valueName: "form"))
  var normalization: Normalization?

  @Flag(help: "With --tokenizer: fold the case of letters.")
  var caseFolding = false

  @Option(
    help: ArgumentHelp("With --tokenizer: the most tokens in the vocabulary.", valueName: "n"),
    transform: Values.integer(256...16_777_216))
  var maxVocabulary: Int?

  @Option(
    help: ArgumentHelp(
      "With --tokenizer: how often a piece must occur to get in. (default: 1)", valueName: "n"),
    transform: Values.integer(1...1_000_000_000))
  var minCount: Int?

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp("What to do with bytes that are not UTF-8.", valueName: "policy"))
  var invalidUTF8 = InvalidUTF8Policy.stop

  @Flag(help: "Show the bytes of the text that each token covers.")
  var offsets = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    let most = tokenizer == nil ? 2 : 1
    if tokenizer == nil, paths.isEmpty {
      throw ValidationError("a model's directory or --tokenizer is needed")
    }
    if paths.count > most {
      throw ValidationError("one text at a time, and there are \(paths.count - most + 1)")
    }
    let fits = normalization != nil || caseFolding || maxVocabulary != nil || minCount != nil
    if tokenizer == nil, fits {
      throw ValidationError(
        "--normalization, --case-folding, --max-vocabulary and --min-count need --tokenizer")
    }
  }

  func run() throws {
    // A wrong model is found before anything is waited for on standard input.
    let known = tokenizer == nil ? try Tokenizer(contentsOf: tokenizerFile(in: paths[0])) : nil
    let path = paths.dropFirst(tokenizer == nil ? 1 : 0).first ?? InputFile.standardInput
    let corpus = try Corpus(contentsOf: path, invalidUTF8: invalidUTF8)
    let tokenizer =
      known
      ?? Tokenizer(
        tokenizer ?? .character, fitting: corpus, maximumVocabulary: maxVocabulary,
        minimumCount: minCount ?? 1, normalization: normalization ?? .none,
        caseFolding: caseFolding)
    let tokens = tokenizer.tokens(in: corpus.utf8)
    if json {
      try showDocument(tokens, of: corpus, tokenizer)
    } else {
      try showLines(tokens, tokenizer.vocabulary)
    }
  }

  private func tokenizerFile(in path: String) -> String {
    path.hasSuffix(".json") ? path : FolderPath.join(path, ModelDirectory.FileName.tokenizer)
  }

  private func showLines(_ tokens: [Token], _ vocabulary: Vocabulary) throws {
    let shown = TerminalText(for: .output, raw: false)
    var buffer: [UInt8] = []
    for token in tokens {
      if offsets { buffer += "\(token.range.lowerBound)\t\(token.range.upperBound)\t".utf8 }
      buffer += "\(token.id)\t\(shown.shown(TokenSpelling.line(token.id, vocabulary)))\n".utf8
      if buffer.count > 1 << 16 {
        try buffer.withUnsafeBytes { try StandardStream.output.write($0) }
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try buffer.withUnsafeBytes { try StandardStream.output.write($0) }
  }

  private func showDocument(_ tokens: [Token], of corpus: Corpus, _ tokenizer: Tokenizer) throws {
    let vocabulary = tokenizer.vocabulary
    let list = tokens.map { token in
      JSONValue.object(
        TokenSpelling.members(token.id, vocabulary)
          + (offsets
            ? [
              .init("start", .integer(token.range.lowerBound)),
              .init("end", .integer(token.range.upperBound)),
            ] : []))
    }
    try JSONOutput.show(
      "recur.tokenize/1",
      [
        .init("tokenizer", .string(tokenizer.segmentation.rawValue)),
        .init("vocabulary_size", .integer(vocabulary.count)),
        .init("coverage", .number(tokenizer.coverage)),
        .init("unicode", .string(tokenizer.unicodeVersion.unicode)),
        .init("bytes", .integer(corpus.byteCount)),
        .init("characters", .integer(corpus.characterCount)),
        .init("count", .integer(tokens.count)),
        .init("tokens", .array(list)),
      ])
  }
}

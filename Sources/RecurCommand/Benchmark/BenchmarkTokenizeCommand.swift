import ArgumentParser
import Recur

/// `recur benchmark tokenize`: encoding of a text by each kind of tokenizer.
struct BenchmarkTokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Measure tokenizers.",
    discussion: """
      The vocabulary is made from the text itself. Without a file, a short text in English, German, \
      Greek, Russian, Hindi, Japanese and emoji is repeated to 8 MB. A megabyte is 10⁶ bytes.

      EXAMPLES:
        recur benchmark tokenize
        recur benchmark tokenize book.txt --json
      """)

  @Argument(help: ArgumentHelp("A text.", valueName: "file"), completion: .file())
  var file: String?

  @Option(help: ArgumentHelp("Only this kind. (default: all)", valueName: "kind"))
  var tokenizer: Segmentation?

  @Option(
    help: ArgumentHelp("The least seconds for each kind. (default: 1)", valueName: "s"),
    transform: Values.number(0...3600))
  var seconds = 1.0

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let corpus = try file.map { path in try Corpus(contentsOf: path) } ?? Self.mixedText
    let results = Segmentation.allCases
      .filter { tokenizer == nil || $0 == tokenizer }
      .map { kind in
        let fitting = Measurement(least: 1, duration: 0) {
          _ = Tokenizer(kind, fitting: corpus)
        }
        let tokenizer = Tokenizer(kind, fitting: corpus)
        var count = 0
        let encoding = Measurement(least: 3, duration: seconds) {
          count = tokenizer.encode(corpus).count
        }
        return (
          kind: kind, vocabulary: tokenizer.vocabulary.count, tokens: count,
          fit: Double(corpus.byteCount) / fitting.median / 1e6,
          encode: Double(corpus.byteCount) / encoding.median / 1e6
        )
      }
    if json {
      try JSONOutput.show(
        "recur.benchmark.tokenize/1",
        [
          .init("bytes", .integer(corpus.byteCount)),
          .init(
            "kinds",
            .array(
              results.map { result in
                .object([
                  .init("tokenizer", .string(result.kind.rawValue)),
                  .init("megabytes_per_second", .rounded(result.encode, 1)),
                  .init("fitting_megabytes_per_second", .rounded(result.fit, 1)),
                  .init("tokens", .integer(result.tokens)),
                  .init("vocabulary_size", .integer(result.vocabulary)),
                ])
              })),
          .init("peak_rss_mb", .rounded(Measurement.peakMemory, 1)),
        ] + Machine.current.members)
      return
    }
    try StandardStream.output.write(
      TextTable.columns(
        [["Tokenizer", "MB/s", "fitting MB/s", "tokens", "vocabulary"]]
          + results.map { result in
            [
              result.kind.rawValue, NumberText.fixed(result.encode, 1),
              NumberText.fixed(result.fit, 1), NumberText.grouped(result.tokens),
              NumberText.grouped(result.vocabulary),
            ]
          }, numeric: [1, 2, 3, 4]))
  }

  private static var mixedText: Corpus {
    let lines = """
      The tide came in over the stones, and the gulls went up all at once.
      Über den Dächern hing der Nebel, grau und schwer wie nasse Wolle.
      Το καράβι έφυγε πριν από την αυγή, χωρίς να το δει κανείς.
      Старый фонарь мигал на ветру и не гас до самого утра.
      समुद्र की हवा में नमक और धुएँ की गंध थी।
      朝の港では、猫が三匹、網の上で眠っていた。
      👩‍🚀 left at 05:40 🌊, back by noon 🏳️‍🌈 ☀️.

      """
    let repeats = 8_000_000 / lines.utf8.count + 1
    return Corpus(text: String(repeating: lines, count: repeats))
  }
}

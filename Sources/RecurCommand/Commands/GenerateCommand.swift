import ArgumentParser
import Recur

/// `recur generate`: writes text with a model.
struct GenerateCommand: ParsableCommand {
  private static let defaults = GenerationConfiguration()

  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write text with a trained model.",
    discussion: """
      The text is printed as it is written. On a terminal control characters are shown instead of \
      sent; elsewhere, or with --raw, the text is exact. The same seed writes the same text.

      Settings that are not given are those of the model's generation_config.json, else the defaults \
      below. They act in the order: repetition penalty, temperature, top-k, top-p, min-p.

      EXAMPLES:
        recur generate out/shakespeare --prompt "ROMEO:" --length 500
        recur generate out/shakespeare --temperature 0.5 --seed 7
        recur generate out/shakespeare --count 8 --length 80 --stop "\\n" --json
      """)

  @Argument(
    help: ArgumentHelp("The model: a directory that 'recur train' wrote.", valueName: "dir"))
  var directory: String

  @Option(help: ArgumentHelp("The text to go on from.", valueName: "text"))
  var prompt = ""

  @Option(
    help: ArgumentHelp(
      "The most tokens of a sample. (default: \(defaults.maximumTokens))", valueName: "n"),
    transform: Values.integer(0...(1 << 30)))
  var length: Int?

  @Option(
    help: ArgumentHelp(
      "What logits are divided by; 0 takes the likeliest token each time. "
        + "(default: \(defaults.sampling.temperature))", valueName: "x"),
    transform: Values.number(0...1000))
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "Keep the k likeliest tokens; 0 keeps all. (default: \(defaults.sampling.topK))",
      valueName: "n"),
    transform: Values.integer(0...(1 << 30)))
  var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Keep the likeliest tokens that have this probability together; 1 keeps all. "
        + "(default: \(defaults.sampling.topP))", valueName: "x"),
    transform: Values.number(0...1, excludingLower: true))
  var topP: Double?

  @Option(
    help: ArgumentHelp(
      "Keep tokens at least this part as likely as the likeliest; 0 keeps all. "
        + "(default: \(defaults.sampling.minP))", valueName: "x"),
    transform: Values.number(0...1))
  var minP: Double?

  @Option(
    help: ArgumentHelp(
      "Make tokens that were there lately less likely; 1 leaves them. "
        + "(default: \(defaults.sampling.repetitionPenalty))", valueName: "x"),
    transform: Values.number(0.01...100))
  var repetitionPenalty: Double?

  @Option(
    help: ArgumentHelp(
      "How many tokens back the penalty looks. (default: \(defaults.sampling.repetitionWindow))",
      valueName: "n"),
    transform: Values.integer(0...(1 << 20)))
  var repetitionWindow: Int?

  @Option(
    help: ArgumentHelp(
      "End a sample where this text comes; \\n is a line break. May be given several times.",
      valueName: "text"))
  var stop: [String] = []

  @Option(
    help: ArgumentHelp("How many samples, written together.", valueName: "n"),
    transform: Values.integer(1...TextGenerator.maximumSampleCount))
  var count = 1

  @Option(
    help: ArgumentHelp("What the draws come from. (default: chosen anew)", valueName: "n"),
    transform: Values.seed)
  var seed: UInt64?

  @Flag(help: "Leave the prompt out of what is printed.")
  var omitPrompt = false

  @Flag(help: "Send control characters to a terminal as they are.")
  var raw = false

  @Flag(name: [.short, .long], help: "Show the settings in effect on standard error.")
  var verbose = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var console: ConsoleFlags
  @OptionGroup var computing: InferenceFlags

  func validate() throws {
    if stop.contains("") { throw ValidationError("--stop needs a text that is not empty") }
  }

  func run() throws {
    try computing.run {
      let files = try ModelDirectory(contentsOf: directory)
      let (tokenizer, settings) = (files.tokenizer, files.generation)
      if let warning = tokenizer.versionWarning, !console.quiet {
        StandardStream.error.show("warning: \(warning)\n")
      }
      let sampling = sampling(from: settings.sampling)
      let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
      if verbose { show(sampling, seed: seed) }
      // The weights are packed anew, so nothing here holds on to those of the file.
      let generator = try TextGenerator(
        (consume files).model, tokenizer, prompt: prompt, sampleCount: count,
        length: length ?? settings.maximumTokens, sampling: sampling,
        stops: stop.map(Self.unescaped), seed: seed,
        weights: computing.precision.weights)
      if json {
        try showDocument(generator, sampling: sampling, seed: seed)
      } else {
        try stream(generator)
      }
    }
  }

  private func sampling(from base: Sampling) -> Sampling {
    Sampling(
      temperature: temperature ?? base.temperature, topK: topK ?? base.topK,
      topP: topP ?? base.topP, minP: minP ?? base.minP,
      repetitionPenalty: repetitionPenalty ?? base.repetitionPenalty,
      repetitionWindow: repetitionWindow ?? base.repetitionWindow)
  }

  private func show(_ sampling: Sampling, seed: UInt64) {
    StandardStream.error.show(
      "seed \(seed), temperature \(sampling.temperature), top-k \(sampling.topK), "
        + "top-p \(sampling.topP), min-p \(sampling.minP), repetition penalty "
        + "\(sampling.repetitionPenalty) over \(sampling.repetitionWindow) tokens\n")
  }

  /// Prints the first sample while it is written, and the others behind it, in order.
  private func stream(_ generator: TextGenerator) throws {
    let text = TerminalText(for: .output, raw: raw)
    let palette = Palette(console.color, for: .output)
    let opening =
      omitPrompt || prompt.isEmpty ? "" : palette.given(text.shown(prompt))
    var rest = [String](repeating: "", count: count)
    var endsLine = true
    var output = PacedOutput()
    func show(_ piece: String) throws {
      if piece.isEmpty { return }
      endsLine = piece.utf8.last == UInt8(ascii: "\n")
      try output.write(text.shown(piece))
    }
    func begin(_ sample: Int) throws {
      if count > 1 { try output.write("--- \(sample + 1) of \(count)\n") }
      if !opening.isEmpty {
        try output.write(opening)
        endsLine = false
      }
    }
    try begin(0)
    for pieces in generator {
      for piece in pieces {
        if piece.row == 0 { try show(piece.text) } else { rest[piece.row] += piece.text }
      }
    }
    if !endsLine { try output.write("\n") }
    for sample in 1..<max(count, 1) {
      endsLine = true
      try begin(sample)
      try show(rest[sample])
      if !endsLine { try output.write("\n") }
    }
    try output.flush()
  }

  private func showDocument(
    _ generator: TextGenerator, sampling: Sampling, seed: UInt64
  ) throws {
    var texts = [String](repeating: "", count: count)
    var tokens = [Int](repeating: 0, count: count)
    var endings = [TextPiece.Ending](repeating: .length, count: count)
    for pieces in generator {
      for piece in pieces {
        texts[piece.row] += piece.text
        tokens[piece.row] += 1
        if let ending = piece.ending { endings[piece.row] = ending }
      }
    }
    try JSONOutput.show(
      "recur.generate/1",
      [
        .init("prompt", .string(prompt)),
        .init("seed", Int(exactly: seed).map(JSONValue.integer) ?? .string(String(seed))),
        .init("sampling", try JSONValue(encoding: sampling)),
        .init(
          "samples",
          .array(
            (0..<count).map { sample in
              .object([
                .init("text", .string(texts[sample])),
                .init("tokens", .integer(tokens[sample])),
                .init("finish_reason", .string(endings[sample].rawValue)),
              ])
            })),
      ])
  }

  /// `\n`, `\t` and `\\` as users write them in a shell.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        switch character {
        case "n": result.append("\n")
        case "t": result.append("\t")
        case "\\": result.append("\\")
        default: result += "\\" + String(character)
        }
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return isEscaped ? result + "\\" : result
  }
}

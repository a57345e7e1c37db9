import ArgumentParser
import Recur

/// `recur evaluate`: how well a model predicts texts.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well a model predicts texts or their labels.",
    discussion: """
      A language model: nats and bits per token, bits per character and per byte, and perplexity: e to the nats per \
      token. Bits per character and per byte can be compared between tokenizers, the others cannot. \
      The first token of a text is not predicted.

      A classifier: accuracy with its bootstrap interval, macro-F1, area under the ROC curve, log loss, \
      calibration error, precision and recall of each class and the confusion matrix, over all the \
      files together. Beside it stands a linear model fitted on the training files, where they are \
      still there, and how many texts occur in these too.

      EXAMPLES:
        recur evaluate out/shakespeare held-out.txt
        recur evaluate out/shakespeare a.txt b.txt --json
        recur evaluate out/shakespeare line.txt --per-token
        recur evaluate out/reviews test.csv --errors 10
        recur evaluate out/reviews test.csv --train train.csv --json
      """)

  @Argument(
    help: ArgumentHelp("The model: a directory that 'recur train' wrote.", valueName: "dir"))
  var directory: String

  @Argument(
    help: ArgumentHelp(
      "The texts, each measured by itself, or the labelled files; - is standard input.",
      valueName: "file"),
    completion: .file())
  var files: [String]

  @Flag(help: "Print each token with its bits.")
  var perToken = false

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp(
      "What to do with bytes that are not UTF-8. (default: stop; classifiers: the row is left out, with "
        + "--strict stop)", valueName: "policy"))
  var invalidUTF8: InvalidUTF8Policy?

  @OptionGroup var classifier: ClassifierEvaluationFlags
  @OptionGroup var computing: InferenceFlags

  @Flag(help: "Print one JSON document.")
  var json = false

  /// A text and what was measured on it.
  private struct Result {
    var file: String
    var report: EvaluationReport
    /// The tokens, and the nats of each but the first.
    var tokens: [Int32] = []
    var losses: [Double] = []
  }

  func run() throws {
    if (files + classifier.train).count(where: { $0 == InputFile.standardInput }) > 1 {
      throw RecurError(
        .usage, "standard input is named twice", hint: "it can be read once: name a file instead")
    }
    try computing.run {
      if ModelDirectory.isClassifier(directory) {
        try measureClassifier()
      } else {
        try measure()
      }
    }
  }

  private func measureClassifier() throws {
    if perToken {
      throw RecurError(
        .usage, "--per-token is for language models, and this is a classifier",
        at: .init(path: directory), hint: "leave it out")
    }
    if computing.precision == .int8 {
      throw RecurError(
        .usage, "--precision int8 is for language models, and this is a classifier",
        at: .init(path: directory), hint: "leave it out")
    }
    if classifier.noBaseline, !classifier.train.isEmpty {
      throw RecurError(
        .usage, "--train is for the linear model that --no-baseline leaves out",
        hint: "leave one of the two out")
    }
    let model = try ClassifierDirectory(contentsOf: directory)
    let reading = classifier.reading(invalidUTF8)
    var evaluation = try ClassifierEvaluation(
      of: model, on: files, reading, mistakeCount: classifier.errors ?? 0)
    if !classifier.noBaseline { try compare(&evaluation, model, reading) }
    if json {
      try JSONOutput.show("recur.evaluate-classifier/1", try evaluation.members())
    } else {
      let output = StandardStream.output
      try output.write(
        evaluation.text(mistakesWidth: output.isTerminal ? output.width : 160))
    }
    LabelledNotes.show(
      evaluation.set.badRows, evaluation.set.invalidSequenceCount, quiet: false)
  }

  /// What was asked for must work; what the model says of its training may be gone.
  private func compare(
    _ evaluation: inout ClassifierEvaluation, _ model: ClassifierDirectory,
    _ reading: LabelledReading
  ) throws {
    if !classifier.train.isEmpty {
      return try evaluation.compare(withTraining: classifier.train, reading)
    }
    guard let training = ClassifierTrainingFiles(of: model) else { return }
    do throws(RecurError) {
      try training.check()
      try evaluation.compare(
        withTraining: training.files, training.reading, sha256: training.sha256)
    } catch {
      StandardStream.error.show(
        "warning: there is no linear model beside: \(error.what)"
          + "\(error.place.map { " (\($0))" } ?? ""); name the training files with --train\n")
    }
  }

  private func measure() throws {
    let path = directory
    let directory = try ModelDirectory(contentsOf: path)
    if let flag = classifier.given {
      throw RecurError(
        .usage, "\(flag) is for classifiers, and this is a language model",
        at: .init(path: path), hint: "leave it out")
    }
    let vocabulary = directory.tokenizer.vocabulary
    let measure = TokenMeasure(vocabulary)
    let weights = computing.precision.weights
    var results: [Result] = []
    for file in files {
      let corpus = try Corpus(contentsOf: file, invalidUTF8: invalidUTF8 ?? .stop)
      let tokens = directory.tokenizer.encode(corpus)
      do throws(RecurError) {
        if perToken {
          let losses = try Evaluation(tracks: 1, weights: weights)
            .losses(of: tokens, under: directory.model)
          let predicted = tokens.dropFirst()
          let report = EvaluationReport(
            nats: losses.reduce(0, +), tokenCount: predicted.count,
            characterCount: measure.characterCount(of: predicted),
            byteCount: measure.byteCount(of: predicted))
          results.append(Result(file: file, report: report, tokens: tokens, losses: losses))
        } else {
          let report = try Evaluation(weights: weights)
            .report(of: tokens, under: directory.model, measure)
          results.append(Result(file: file, report: report))
        }
      } catch {
        var error = error
        error.place = error.place ?? .init(path: file)
        throw error
      }
    }
    if json {
      try showDocument(results, vocabulary)
    } else if perToken {
      try showTokens(results, vocabulary)
    } else {
      try showTable(results)
    }
  }

  private static func total(_ results: [Result]) -> EvaluationReport {
    EvaluationReport(
      nats: results.reduce(0) { $0 + $1.report.nats },
      tokenCount: results.reduce(0) { $0 + $1.report.tokenCount },
      characterCount: results.reduce(0) { $0 + $1.report.characterCount },
      byteCount: results.reduce(0) { $0 + $1.report.byteCount })
  }

  private func showTable(_ results: [Result]) throws {
    func row(_ name: String, _ report: EvaluationReport) -> [String] {
      [
        name, NumberText.grouped(report.tokenCount), NumberText.fixed(report.natsPerToken, 4),
        NumberText.fixed(report.bitsPerToken, 4), NumberText.fixed(report.bitsPerCharacter, 4),
        NumberText.fixed(report.bitsPerByte, 4), NumberText.fixed(report.perplexity, 3),
      ]
    }
    var rows = [
      ["text", "tokens", "nats/token", "bits/token", "bits/char", "bits/byte", "perplexity"]
    ]
    rows += results.map { row(DisplayText.escaped($0.file), $0.report) }
    if results.count > 1 { rows.append(row("all", Self.total(results))) }
    try StandardStream.output.write(TextTable.columns(rows, numeric: [1, 2, 3, 4, 5, 6]))
  }

  private func showTokens(_ results: [Result], _ vocabulary: Vocabulary) throws {
    let shown = TerminalText(for: .output, raw: false)
    for result in results {
      var text = ""
      for (position, token) in result.tokens.enumerated() {
        let bits =
          position == 0 ? "-" : NumberText.fixed(Self.bits(result.losses[position - 1]), 4)
        text += "\(bits)\t\(shown.shown(TokenSpelling.line(token, vocabulary)))\n"
      }
      try StandardStream.output.write(text)
    }
  }

  private func showDocument(_ results: [Result], _ vocabulary: Vocabulary) throws {
    let texts = results.map { result in
      var members = [JSONValue.Member("file", .string(result.file))]
      members += Self.members(of: result.report)
      if perToken {
        let list = result.tokens.enumerated().map { position, token in
          JSONValue.object(
            TokenSpelling.members(token, vocabulary)
              + [
                .init(
                  "bits", position == 0 ? .null : .number(Self.bits(result.losses[position - 1])))
              ])
        }
        members.append(.init("per_token", .array(list)))
      }
      return JSONValue.object(members)
    }
    try JSONOutput.show(
      "recur.evaluate/1", Self.members(of: Self.total(results)) + [.init("texts", .array(texts))])
  }

  private static func bits(_ nats: Double) -> Double { nats / 0.693_147_180_559_945_3 }

  /// What a document says of a measurement.
  static func members(of report: EvaluationReport) -> [JSONValue.Member] {
    [
      .init("tokens", .integer(report.tokenCount)),
      .init("characters", .integer(report.characterCount)),
      .init("bytes", .integer(report.byteCount)),
      .init("nats_per_token", .number(report.natsPerToken)),
      .init("bits_per_token", .number(report.bitsPerToken)),
      .init("nats_per_character", .number(report.natsPerCharacter)),
      .init("bits_per_character", .number(report.bitsPerCharacter)),
      .init("bits_per_byte", .number(report.bitsPerByte)),
      .init("perplexity", .number(report.perplexity)),
    ]
  }
}

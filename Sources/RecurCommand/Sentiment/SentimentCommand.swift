import ArgumentParser
import Glibc
import Recur

/// `recur sentiment`: scores texts with a classifier.
struct SentimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sentiment",
    abstract: "Score the sentiment of texts, or put them into other classes.",
    discussion: """
      Texts are given as arguments, in a file, or on standard input. Each has one line: the likeliest \
      class, its probability, a bar of it, and the text. Of --input rows are written instead where the \
      output is a file or a pipe, in the format of the output's name, else of the input: id (where the \
      input has one), label, probability, p_CLASS for every class, text. They come in the order of the \
      input as fast as it comes, and memory does not grow with it. From a pipe whose --format is given \
      each row is answered at once. A text that begins with a hyphen stands after --.

      With --threshold a text whose likeliest class is less likely is called \
      "\(SentimentOutput.abstention)".

      With --follow the lines are one text without end: each has the score of everything so far.

      EXAMPLES:
        recur sentiment "I want those two hours back."
        recur sentiment --model out/reviews --input reviews.csv --output scored.csv
        tail -f comments.txt | recur sentiment --model out/reviews --input - --format text
      """)

  @Argument(help: ArgumentHelp("The texts.", valueName: "text"))
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "The model: a directory that 'recur train sentiment' wrote. (default: the one that ships)",
      valueName: "dir"),
    completion: .directory)
  var model: String?

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp("A file or folder of texts; - is standard input.", valueName: "file"),
    completion: .file())
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "The input's format. (default: detected)", valueName: "format"))
  var format: LabelledFormat?

  @Option(
    help: ArgumentHelp(
      "The column of the text, by its name or its number from 1. (default: detected)",
      valueName: "name"))
  var textColumn: String?

  @Option(
    help: ArgumentHelp(
      "The column that names the rows, carried through to the output. (default: detected)",
      valueName: "name"))
  var idColumn: String?

  @Flag(help: "Stop at the first row that cannot be used, instead of leaving it out.")
  var strict = false

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp(
      "What to do with bytes that are not UTF-8. (default: the row is left out, with --strict stop)",
      valueName: "policy"))
  var invalidUTF8: InvalidUTF8Policy?

  @Option(
    help: ArgumentHelp(
      "Where rows are written: .csv, .tsv or .jsonl; the file is complete or not there.",
      valueName: "file"), completion: .file())
  var output: String?

  @Flag(help: "Leave texts as they are that a spreadsheet would run as formulas.")
  var rawCSV = false

  @Option(
    help: ArgumentHelp(
      "Name no class that is less likely than this: \"\(SentimentOutput.abstention)\".",
      valueName: "p"), transform: Values.number(0...1))
  var threshold = 0.0

  @Flag(help: "Score one text without end: a line for each line, of all so far.")
  var follow = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @OptionGroup var console: ConsoleFlags
  @OptionGroup var computing: ComputeFlags

  private var input: String? { inputs.first }

  func validate() throws {
    if inputs.count > 1 {
      throw ValidationError("--input is given \(inputs.count) times; one file or folder is scored")
    }
    for (flag, value) in [("--model", model), ("--input", input), ("--output", output)]
    where value == "" {
      throw ValidationError("\(flag) is empty: name a file")
    }
    if !texts.isEmpty {
      if follow {
        throw ValidationError("--follow reads --input or standard input, not arguments")
      }
      if input != nil {
        throw ValidationError("texts are given as arguments or by --input, not both")
      }
      if let flag = flagOfInput {
        throw ValidationError("\(flag) says how --input is read; texts are given as arguments")
      }
    }
    if let output {
      if outputFormat == nil {
        let endings = ScoredRowWriter.Format.allCases.map { ".\($0.rawValue)" }
        throw ValidationError(
          "--output \"\(DisplayText.escaped(output))\" has none of the endings "
            + endings.joined(separator: ", "))
      }
      if let input, input != InputFile.standardInput, Self.isSameFile(input, output) {
        throw ValidationError("--output would replace the file that --input reads")
      }
    }
    if texts.isEmpty, input == nil, StandardStream.isInputTerminal {
      throw ValidationError("there is nothing to score: give a text, or a file with --input")
    }
    if json, output != nil {
      throw ValidationError("--json prints; --output FILE.jsonl writes JSON into a file")
    }
    if follow {
      if let format, format != .text {
        throw ValidationError("--follow reads plain text, not \(format.rawValue)")
      }
      if output != nil {
        throw ValidationError("--follow prints; it has no end to complete a file at")
      }
    }
  }

  func run() throws {
    try computing.run {
      let scorer =
        try model.map { path throws(RecurError) in try SentimentModel(contentsOf: path) }
        ?? ShippedModel.load()
      if let warning = scorer.tokenizer.versionWarning, !console.quiet {
        StandardStream.error.show("warning: \(warning)\n")
      }
      if follow {
        try followText(scorer)
      } else if texts.isEmpty {
        try scoreInput(scorer)
      } else {
        try scoreArguments(scorer)
      }
    }
  }

  /// A flag that was given and says how an input is read.
  private var flagOfInput: String? {
    if format != nil { return "--format" }
    if textColumn != nil { return "--text-column" }
    if idColumn != nil { return "--id-column" }
    if strict { return "--strict" }
    return invalidUTF8 == nil ? nil : "--invalid-utf8"
  }

  /// The format that the output's name tells.
  private var outputFormat: ScoredRowWriter.Format? {
    guard let name = output?.lowercased() else { return nil }
    return ScoredRowWriter.Format.allCases.first { name.hasSuffix(".\($0.rawValue)") }
  }

  /// Whether two paths lead to one file, by whatever names.
  private static func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }

  /// The input, as it is to be read.
  private func reading(isLive: Bool) -> LabelledReading {
    LabelledReading(
      format: follow ? .text : format, textColumn: textColumn, idColumn: idColumn,
      invalidUTF8: invalidUTF8, isStrict: strict, isLive: isLive)
  }

  private func scoreArguments(_ scorer: SentimentModel) throws {
    let results = SentimentOutput(
      scorer.classNames, style: style(of: nil), hasID: false, threshold: threshold,
      escapesFormulas: !rawCSV)
    try write { emit in
      try emit(results.header)
      let scores = scorer.scores(of: texts)
      for (text, score) in zip(texts, scores) { try emit(results.line(text, id: nil, score)) }
    }
  }

  private func scoreInput(_ scorer: SentimentModel) throws {
    let path = input ?? InputFile.standardInput
    // Where the format is known, rows are answered as they come.
    let isLive = path == InputFile.standardInput && format != nil
    var reader = try LabelledReader(path, reading(isLive: isLive))
    say("reading \(DisplayText.escaped(path)): \(reader.layout)")
    let results = SentimentOutput(
      scorer.classNames, style: style(of: reader.layout.format),
      hasID: reader.layout.idColumn != nil || reader.layout.format == .folder,
      threshold: threshold, escapesFormulas: !rawCSV)
    try write { emit in
      try emit(results.header)
      var batch = SentimentBatch()
      do {
        while let row = try reader.next() {
          batch.append(row)
          if batch.isFull || reader.mayWait { try batch.score(by: scorer, results, emit) }
        }
      } catch {
        // The rows before the one that cannot be read are good.
        try batch.score(by: scorer, results, emit)
        throw error
      }
      try batch.score(by: scorer, results, emit)
    }
    LabelledNotes.show(reader.badRows, reader.invalidSequenceCount, quiet: console.quiet)
  }

  private func followText(_ scorer: SentimentModel) throws {
    var reader = try LabelledReader(input ?? InputFile.standardInput, reading(isLive: true))
    let results = SentimentOutput(
      scorer.classNames, style: style(of: .text), hasID: false, threshold: threshold,
      escapesFormulas: !rawCSV)
    try StandardStream.output.write(results.header)
    var stream = scorer.stream()
    while let row = try reader.next() {
      let score = stream.append(row.text + "\n")
      try StandardStream.output.write(results.line(row.text, id: nil, score))
    }
    LabelledNotes.show(reader.badRows, reader.invalidSequenceCount, quiet: console.quiet)
  }

  /// How the results of an input look; nil: of texts that are arguments.
  private func style(of format: LabelledFormat?) -> SentimentOutput.Style {
    if json { return .rows(.jsonl) }
    if let outputFormat { return .rows(outputFormat) }
    if format == nil || StandardStream.output.isTerminal { return .lines }
    switch format {
    case .csv, .folder: return .rows(.csv)
    case .jsonl: return .rows(.jsonl)
    case .tsv, .fastText, .text, nil: return .rows(.tsv)
    }
  }

  /// Gives `body` what writes to the file, or to standard output.
  private func write(_ body: (_ emit: ([UInt8]) throws -> Void) throws -> Void) throws {
    guard let output else {
      return try body { try StandardStream.output.write($0) }
    }
    Interruption.listen()
    var failure: (any Error)?
    do throws(RecurError) {
      try AtomicFile.write(to: output) { (file: OutputFile) throws(RecurError) in
        do {
          try Interruption.removing(file.path) {
            // One that came before.
            if let signal = Interruption.signal { throw Interrupted(signal: signal) }
            try body { try file.append($0) }
          }
        } catch let error as RecurError {
          throw error
        } catch {
          // Whatever it is, the file must not appear.
          failure = error
          throw RecurError(.other, "the output was not completed", hint: "run it again")
        }
      }
    } catch {
      throw failure ?? error
    }
  }

  private func say(_ text: String) {
    if !console.quiet { StandardStream.error.show(text + "\n") }
  }
}

import ArgumentParser
import Recur

/// `recur train lm`: trains a language model.
struct TrainLanguageModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lm",
    abstract: "Train a language model on text.",
    discussion: """
      The directory receives the best model, checkpoints to resume from, and metrics.jsonl. Ctrl-C \
      finishes the step, saves and exits; --resume goes on to the same bits as a run that was never \
      interrupted, and needs no other flags.

      A configuration file (TOML, or JSON with a name in .json) has the flags' names as keys: \
      batch-size = 64. The command line wins over the environment (RECUR_BATCH_SIZE), that over the \
      file, the file over a --recipe, that over the defaults below.

      EXAMPLES:
        recur train lm book.txt --output out/book
        recur train lm tinyshakespeare.txt --output out/tiny --recipe shakespeare-30min
        recur train lm *.txt --output out/all --minutes 30 --hidden-size 512 --layers 3
        recur train lm book.txt --output out/words --tokenizer word --max-vocabulary 20000
        recur train lm book.txt --output out/subwords --tokenizer subword --max-vocabulary 4000
        recur train lm book.txt --output out/book --config settings.toml --learning-rate 1e-3
        recur train lm --output out/book --resume
      """)

  @Argument(
    help: ArgumentHelp("The texts to train on, joined; - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The directory of the run and of the model.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Go on from the newest checkpoint in the directory.")
  var resume = false

  @Option(
    help: ArgumentHelp("Settings from a file.", valueName: "file"),
    completion: .file(extensions: ["toml", "json"]))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Named settings that reached a measured result, under all others.", valueName: "name"))
  var recipe: LanguageModelRecipe?

  @OptionGroup(title: "Text") var text: TextFlags
  @OptionGroup(title: "Tokens") var tokens: TokenizerFlags<TrainingOptions>
  @OptionGroup(title: "Model") var model: ModelFlags<TrainingOptions>
  @OptionGroup(title: "Language model") var languageModel: LanguageModelFlags
  @OptionGroup(title: "Training") var optimizer: OptimizerFlags<TrainingOptions>
  @OptionGroup(title: "While training") var watch: WatchFlags<TrainingOptions>

  @Option(
    help: ArgumentHelp(
      "Progress on standard error: auto, always, never or plain.", valueName: "mode"))
  var progress = ProgressMode.auto

  @OptionGroup var console: ConsoleFlags

  @Flag(help: "Print one JSON document at the end.")
  var json = false

  func run() throws {
    Interruption.listen()
    let report = TrainingReport<LanguageModelTask>(
      mode: progress, quiet: console.quiet, palette: Palette(console.color, for: .error))
    let run = try TrainingRun<LanguageModelTask>(options(), stop: Interruption.stop)
    let summary: TrainingSummary<EvaluationReport>
    do {
      summary = try run.run(report.receive)
    } catch {
      report.leave()
      throw error
    }
    if json { try showDocument(summary) }
    if summary.ending == .stopped, let signal = Interruption.signal {
      throw Interrupted(signal: signal)
    }
  }

  private func options() throws(RecurError) -> TrainingOptions {
    let file = try config.map { path throws(RecurError) in try ConfigurationFile(path) }
    let flags = settings
    var options = try TrainingSettings.options(
      flags: flags, file: file, recipe: recipe?.settings, resumed: storedOptions(file: file))
    try flags.checkEffect()
    if let seed = watch.seed { options.seed = seed }
    return options
  }

  /// What a run that is resumed began with: no flag need be repeated.
  private func storedOptions(file: ConfigurationFile?) throws(RecurError) -> TrainingOptions? {
    guard resume else { return nil }
    guard let output = output ?? file?.members.first(where: { $0.key == "output" })?.value.string
    else { return nil }
    return try TrainingRun<LanguageModelTask>.storedOptions(in: output)
  }

  private var settings: TrainingSettings {
    var settings = text.settings.overlaid(by: tokens.settings).overlaid(by: model.settings)
      .overlaid(by: languageModel.settings).overlaid(by: optimizer.settings)
      .overlaid(by: watch.settings)
    settings[.files] = files.isEmpty ? nil : .strings(files)
    settings[.output] = output.map(JSONValue.string)
    settings[.resume] = .bool(resume)
    return settings
  }

  private func showDocument(_ summary: TrainingSummary<EvaluationReport>) throws {
    func report(_ report: EvaluationReport?) -> JSONValue {
      report.map { .object(EvaluateCommand.members(of: $0)) } ?? .null
    }
    try JSONOutput.show(
      "recur.train/1",
      [
        .init("ending", .string(summary.ending.rawValue)),
        .init("steps", .integer(summary.stepCount)),
        .init("epochs", .number(summary.epochCount)),
        .init("seconds", .rounded(summary.seconds, 3)),
        .init("characters_per_second", .rounded(summary.charactersPerSecond, 1)),
        .init("parameter_count", .integer(summary.parameterCount)),
        .init("training_nats_per_token", summary.trainingLoss.map(JSONValue.number) ?? .null),
        .init("best", report(summary.best)),
        .init("best_step", summary.bestStep.map(JSONValue.integer) ?? .null),
        .init("last", report(summary.last)),
        .init("model", .string(summary.modelPath)),
        .init("checkpoint", .optional(summary.checkpointPath)),
      ])
  }
}

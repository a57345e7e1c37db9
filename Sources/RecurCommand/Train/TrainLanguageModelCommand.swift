import ArgumentParser
import Recur

/// `recur train lm`: trains a language model.
struct TrainLanguageModelCommand: TrainingCommand {
  typealias Task = LanguageModelTask

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

  @OptionGroup var place: RunFlags<LanguageModelRecipe>
  @OptionGroup(title: "Text") var text: TextFlags
  @OptionGroup(title: "Tokens") var tokens: TokenizerFlags<TrainingOptions>
  @OptionGroup(title: "Model") var model: ModelFlags<TrainingOptions>
  @OptionGroup(title: "Language model") var languageModel: LanguageModelFlags
  @OptionGroup(title: "Training") var optimizer: OptimizerFlags<TrainingOptions>
  @OptionGroup(title: "While training") var watch: WatchFlags<TrainingOptions>
  @OptionGroup var shown: ReportFlags

  var ownSettings: TrainingSettings { text.settings.overlaid(by: languageModel.settings) }

  func run() throws {
    Interruption.listen()
    let report = shown.report(of: LanguageModelTask.self)
    let run = try TrainingRun<LanguageModelTask>(options(), stop: Interruption.stop)
    let summary: TrainingSummary<EvaluationReport>
    do {
      summary = try run.run(report.receive)
    } catch {
      report.leave()
      throw error
    }
    if shown.json { try showDocument(summary) }
    if summary.ending == .stopped, let signal = Interruption.signal {
      throw Interrupted(signal: signal)
    }
  }

  static func storedOptions(in output: String) throws(RecurError) -> TrainingOptions? {
    try TrainingRun<LanguageModelTask>.storedOptions(in: output)
  }

  static func checkEffect(
    of given: GivenSettings<TrainingOptions>, in options: TrainingOptions
  ) throws(RecurError) {
    try given.checkEffect()
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

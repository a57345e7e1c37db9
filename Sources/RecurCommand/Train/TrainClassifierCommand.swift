import ArgumentParser
import Recur

/// `recur train sentiment`: trains a classifier.
struct TrainClassifierCommand: TrainingCommand {
  typealias Task = ClassifierTask

  static let configuration = CommandConfiguration(
    commandName: "sentiment",
    abstract: "Train a classifier of texts, of sentiment or of any two or more classes.",
    discussion: """
      Files are CSV, TSV, JSON Lines, fastText's format, a folder with a folder for each class, or any \
      of these with .gz; header and columns are detected and shown. The directory receives the best \
      model (the one with the least log loss on the held-out texts, calibrated), checkpoints to resume \
      from, and metrics.jsonl. Ctrl-C finishes the step, saves and exits; --resume goes on to the same \
      bits as a run that was never interrupted, and needs no other flags. At the end the model is shown \
      beside a linear classifier that was fitted on the same texts.

      A configuration file (TOML, or JSON with a name in .json) has the flags' names as keys. The \
      command line wins over the environment (RECUR_BATCH_SIZE), that over the file, the file over a \
      --recipe, that over the defaults below.

      EXAMPLES:
        recur train sentiment reviews.csv --output out/reviews
        recur train sentiment reviews.tsv.gz --output out/reviews --text-column body --label-column stars
        recur train sentiment aclImdb/train --output out/imdb --recipe imdb-10min
        recur train sentiment tweets.jsonl --output out/tweets --validation held-out.jsonl --class-weights
        recur train sentiment reviews.csv --output out/reviews --minutes 30 --pretrain-minutes 15 \\
          --gradual-unfreezing --discriminative-rate 2.6
        recur train sentiment reviews.csv --output out/probe --init-from out/book --freeze-core
        recur train sentiment reviews.csv --output out/glove --pretrained-vectors glove.6B.50d.txt \\
          --tokenizer word --max-vocabulary 20000
        recur train sentiment --output out/reviews --resume
      """)

  @Argument(
    help: ArgumentHelp(
      "Labelled files or folders to train on; - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @OptionGroup var place: RunFlags<ClassifierRecipe>
  @OptionGroup(title: "Texts") var texts: LabelledFlags
  @OptionGroup(title: "Tokens") var tokens: TokenizerFlags<ClassifierOptions>
  @OptionGroup(title: "Model") var model: ModelFlags<ClassifierOptions>
  @OptionGroup(title: "Classifier") var classifier: ClassifierFlags
  @OptionGroup(title: "A language model first") var pretraining: PretrainingFlags
  @OptionGroup(title: "Training") var optimizer: OptimizerFlags<ClassifierOptions>
  @OptionGroup(title: "While training") var watch: WatchFlags<ClassifierOptions>
  @OptionGroup var shown: ReportFlags

  var ownSettings: TrainingSettings {
    texts.settings.overlaid(by: classifier.settings).overlaid(by: pretraining.settings)
  }

  func run() throws {
    Interruption.listen()
    let first = shown.report(of: LanguageModelTask.self, isFinal: false)
    let second = shown.report(of: ClassifierTask.self, isFinal: false)
    let training = try ClassifierTraining(options(), stop: Interruption.stop)
    let outcome: ClassifierTraining.Outcome
    do {
      outcome = try training.run(
        pretraining: { event in
          if case .started = event {
            first.say([("stage", "1 of 2, a language model of the texts")])
          }
          first.receive(event)
        },
        begin: { task in
          if training.options.isPretrained { second.say([("stage", "2 of 2, the classifier")]) }
          second.say(task.dataRows)
        },
        reporting: second.receive)
    } catch {
      first.leave()
      second.leave()
      throw error
    }
    if let summary = outcome.summary {
      second.say(outcome.rows)
      second.showNext(summary)
    } else if let output = training.options.training.output {
      first.showResumption(of: ClassifierTask.name, in: output)
    }
    if shown.json { try JSONOutput.show("recur.train/1", outcome.document) }
    let ending = outcome.summary?.ending ?? outcome.pretraining?.ending
    if ending == .stopped, let signal = Interruption.signal { throw Interrupted(signal: signal) }
  }

  static func storedOptions(in output: String) throws(RecurError) -> ClassifierOptions? {
    try ClassifierTraining.storedOptions(in: output)
  }

  static func checkEffect(
    of given: GivenSettings<ClassifierOptions>, in options: ClassifierOptions
  ) throws(RecurError) {
    try given.checkEffect(in: options)
  }
}

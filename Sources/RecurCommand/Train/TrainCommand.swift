import ArgumentParser

/// `recur train`: trains models.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model.",
    discussion: """
      EXAMPLES:
        recur train lm book.txt --output out/book
        recur train sentiment reviews.csv --output out/reviews
        recur train lm --help
      """,
    subcommands: [TrainLanguageModelCommand.self, TrainClassifierCommand.self])
}

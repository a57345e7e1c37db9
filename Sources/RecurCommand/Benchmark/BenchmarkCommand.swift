import ArgumentParser

/// `recur benchmark`: how fast this machine trains, generates, scores and tokenizes.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure how fast this machine trains, generates, scores and tokenizes.",
    discussion: """
      EXAMPLES:
        recur benchmark train --cell lstm --hidden-size 512 --layers 2 --json
        recur benchmark generate --cell gru --hidden-size 512
        recur benchmark score --documents 512 --json
        recur benchmark tokenize book.txt
      """,
    subcommands: [
      BenchmarkTrainCommand.self, BenchmarkGenerateCommand.self, BenchmarkScoreCommand.self,
      BenchmarkTokenizeCommand.self,
    ])
}

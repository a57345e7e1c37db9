import ArgumentParser
import Glibc
import RecurFiles

/// `recur`: trains, evaluates and uses recurrent models of text.
@main
struct RecurCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recur",
    abstract: "Train recurrent neural networks on text; write text and judge it with them.",
    discussion: """
      Data go to standard output, everything else to standard error. Every flag can be set in the \
      environment as well (--batch-size: RECUR_BATCH_SIZE).

      EXAMPLES:
        recur corpus fetch shakespeare --to corpora
        recur train lm corpora/shakespeare.txt --output out/shakespeare --minutes 10
        recur generate out/shakespeare --prompt "ROMEO:" --length 500

      EXIT CODES:
        0    done
        64   wrong flag or argument
        65   data or model that cannot be used
        66   missing input
        70   defect of Recur
        73   output that cannot be created
        74   failed read or write
        75   held by another process
        77   missing permission
        78   configuration that cannot be used
        80   diverged training
        130  interrupted; 128 and the number of any other signal
        1    anything else
      """,
    version: "recur \(RecurVersion.current)",
    subcommands: [
      TrainCommand.self, GenerateCommand.self, SentimentCommand.self, EvaluateCommand.self,
      TokenizeCommand.self, InfoCommand.self, CorpusCommand.self, DoctorCommand.self,
      BenchmarkCommand.self,
    ])

  static func main() {
    // A reader that has gone is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that would become larger than the limit (ulimit -f).
    signal(SIGXFSZ, SIG_IGN)
    Glibc.exit(run(CommandLine.arguments.dropFirst()))
  }

  private static func run(_ arguments: ArraySlice<String>) -> Int32 {
    do {
      try requireText(CommandLine.unsafeArgv, count: Int(CommandLine.argc))
      let arguments = try EnvironmentFlags.added(to: ArgumentAliases.rewritten(Array(arguments)))
      try SubcommandNames.require(arguments)
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch {
      return Failure.report(error)
    }
  }

  /// Swift repairs arguments silently; a file of the repaired name would be another file.
  private static func requireText(
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int
  ) throws(RecurError) {
    for index in 1..<max(1, count) {
      guard let pointer = arguments[index] else { continue }
      if String(validatingCString: pointer) == nil {
        throw RecurError(
          .usage,
          "argument \(index), \"\(DisplayText.escaped(String(cString: pointer)))\", is not UTF-8",
          hint: "give texts and file names in UTF-8")
      }
    }
  }
}

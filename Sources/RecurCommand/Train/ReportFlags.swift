import ArgumentParser
import Recur

/// What is said of a training.
struct ReportFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Progress on standard error: auto, always, never or plain.", valueName: "mode"))
  var progress = ProgressMode.auto

  @OptionGroup var console: ConsoleFlags

  @Flag(help: "Print one JSON document at the end.")
  var json = false

  /// A report on standard error.
  ///
  /// - Parameter isFinal: Whether what can be done with the model is shown at the end.
  func report<Task: ShownTask>(
    of task: Task.Type, isFinal: Bool = true
  ) -> TrainingReport<Task> {
    TrainingReport(
      mode: progress, quiet: console.quiet, palette: Palette(console.color, for: .error),
      isFinal: isFinal)
  }
}

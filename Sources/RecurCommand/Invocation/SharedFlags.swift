import ArgumentParser
import Recur

/// How much is said, and how.
struct ConsoleFlags: ParsableArguments {
  @Flag(name: [.short, .long], help: "Say nothing but errors on standard error.")
  var quiet = false

  @Option(help: "Colours: auto, always or never.")
  var color = ColorMode.auto
}

/// How many threads compute, and how precisely.
struct ComputeFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads; the result is the same bits for any number. (default: one for each processor)",
      valueName: "n"),
    transform: Values.integer(1...1024))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The factors of matrix products: as they are, or rounded to bfloat16. (default: float32)",
      valueName: "type"))
  var precision = ProductPrecision.float32

  /// Runs `body` with the team and the precision that were asked for.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    let isChosen = Kernels.choose(precision)
    precondition(isChosen, "the precision is chosen before anything is computed")
    guard let threads else { return try body() }
    return try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads), operation: body)
  }
}

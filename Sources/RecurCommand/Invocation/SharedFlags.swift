import ArgumentParser
import Recur

/// How much is said, and how.
struct ConsoleFlags: ParsableArguments {
  @Flag(name: [.short, .long], help: "Say nothing but errors on standard error.")
  var quiet = false

  @Option(help: "Colours: auto, always or never.")
  var color = ColorMode.auto
}

/// How many threads compute.
struct ThreadFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads; the result is the same bits for any number. (default: one for each processor)",
      valueName: "n"),
    transform: Values.integer(1...1024))
  var threads: Int?

  /// Runs `body` with the team that was asked for.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let threads else { return try body() }
    return try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads), operation: body)
  }
}

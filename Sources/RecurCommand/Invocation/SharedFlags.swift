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
  func run<Result>(_ body: () throws -> Result) throws -> Result {
    try Self.run(threads, precision, body)
  }

  /// Runs `body` with a team of some threads (nil for all) and a precision.
  static func run<Result>(
    _ threads: Int?, _ precision: ProductPrecision, _ body: () throws -> Result
  ) throws -> Result {
    guard Kernels.choose(precision) else {
      throw RecurError(
        .usage, "this process cannot compute in \(precision.rawValue)",
        hint: "leave --precision out")
    }
    guard let threads else { return try body() }
    return try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads), operation: body)
  }
}

/// How many threads compute, and how precisely, where nothing is trained.
struct InferenceFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads; the result is the same bits for any number. (default: one for each processor)",
      valueName: "n"),
    transform: Values.integer(1...1024))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The factors of matrix products: as they are, rounded to bfloat16, or to whole numbers of 8 bits. "
        + "(default: float32)", valueName: "type"))
  var precision = InferencePrecision.float32

  /// Runs `body` with the team and the precision that were asked for.
  func run<Result>(_ body: () throws -> Result) throws -> Result {
    try ComputeFlags.run(threads, precision.products, body)
  }
}

/// The precisions of inference: those of the kernels, and weights that are kept in less.
enum InferencePrecision: String, CaseIterable, ExpressibleByArgument {
  case float32, bfloat16, int8

  /// The precision of the kernels.
  var products: ProductPrecision { self == .bfloat16 ? .bfloat16 : .float32 }
  /// What is kept of the weights.
  var weights: InferenceWeights { self == .int8 ? .int8 : .unchanged }
  /// Of one weight.
  var bytes: Int {
    switch self {
    case .float32: MemoryLayout<Real>.stride
    case .bfloat16: 2
    case .int8: 1
    }
  }
}

import ArgumentParser
import Recur

/// `recur benchmark generate`: tokens drawn from a model of random weights.
struct BenchmarkGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Measure generation, one text or several together.",
    discussion: """
      A character is one step of the model and one draw at temperature 0.8, with top-p 0.95. With \
      --streams the characters of all texts count.

      EXAMPLES:
        recur benchmark generate --cell lstm --layers 2 --hidden-size 512
        recur benchmark generate --streams 16 --threads 1 --json
      """)

  @OptionGroup var sizes: BenchmarkModel
  @OptionGroup var computing: InferenceFlags

  @Option(
    help: ArgumentHelp("Texts that go through the model together. (default: 1)", valueName: "n"),
    transform: Values.integer(1...TextGenerator.maximumSampleCount))
  var streams = 1

  @Option(
    help: ArgumentHelp("Characters in a measured piece. (default: 200)", valueName: "n"),
    transform: Values.integer(1...1_000_000))
  var length = 200

  @Option(
    help: ArgumentHelp("The least seconds that are measured. (default: 3)", valueName: "s"),
    transform: Values.number(0...3600))
  var seconds = 3.0

  func run() throws {
    try computing.run { try measure() }
  }

  private func measure() throws {
    let (model, generator) = try sizes.make()
    var draws = generator
    var stepper = LanguageModelStepper(
      consume model, rows: streams, computing.precision.weights)
    var sampler = Sampler(Sampling())
    var tokens = [Int32](repeating: 0, count: streams)
    let columns = sizes.vocabularySize
    func piece() {
      for _ in 0..<length {
        stepper.step(tokens).withUnsafeBuffer { logits in
          for row in tokens.indices {
            let logits = UnsafeBufferPointer(
              rebasing: logits[(row * columns)..<((row + 1) * columns)])
            tokens[row] = sampler.draw(from: logits, after: [], using: &draws)
          }
        }
      }
    }
    piece()
    let measured = Measurement(least: 5, duration: seconds, piece)
    let speed = Double(length * streams) / measured.median
    let memory = Measurement.peakMemory
    let work = 2 * Double(sizes.matrixParameters) * speed
    let peak = ProcessorSpeed.peakOperationsPerSecond()
    if sizes.json {
      try JSONOutput.show(
        "recur.benchmark.generate/1",
        [
          .init("characters_per_second", .rounded(speed, 1)),
          .init("streams", .integer(streams)),
          .init("precision", .string(computing.precision.rawValue)),
          .init("microseconds_per_step", .rounded(Double(streams) / speed * 1e6, 2)),
          .init("model_gflops", .rounded(work / 1e9, 2)),
          .init("peak_gflops", .rounded(peak / 1e9, 2)),
          .init("fraction_of_peak", .rounded(work / peak, 4)),
          .init("peak_rss_mb", .rounded(memory, 1)),
        ] + sizes.members)
      return
    }
    try StandardStream.output.write(
      TextTable.aligned([
        ("Model", sizes.title),
        ("Texts", "\(streams), \(NumberText.counted(ThreadTeam.current.threadCount, "thread"))"),
        (
          "Speed",
          "\(NumberText.grouped(Int(speed))) characters/s (\(Kernels.name), \(computing.precision.rawValue))"
        ),
        (
          "Work",
          "\(NumberText.fixed(work / 1e9, 1)) GFLOP/s, \(NumberText.fixed(work / peak * 100, 1)) % of "
            + "\(NumberText.fixed(peak / 1e9, 1))"
        ),
        ("Memory", "\(NumberText.fixed(memory, 0)) MB at most"),
      ]))
  }
}

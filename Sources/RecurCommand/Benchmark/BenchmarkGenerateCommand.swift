import ArgumentParser
import Recur

/// `recur benchmark generate`: tokens drawn from a model of random weights.
struct BenchmarkGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Measure generation, one text or several together.",
    discussion: """
      A character is one step of the model and one draw with top-p 0.95, or the likeliest at temperature 0. \
      With --streams the characters of all texts count. Every weight is read for every step; beside that \
      rate stands how fast the same threads read as many bytes and do nothing else, and how long they take to \
      come together, which they do for each layer and for a large head. The file of --save \
      holds what another program needs to write the same: weights and the characters of the first text.

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
    help: ArgumentHelp(
      "What logits are divided by; 0 takes the likeliest. (default: 0.8)", valueName: "x"),
    transform: Values.number(0...100))
  var temperature = 0.8

  @Option(
    help: ArgumentHelp("The least seconds that are measured. (default: 3)", valueName: "s"),
    transform: Values.number(0...3600))
  var seconds = 3.0

  @Option(
    help: ArgumentHelp(
      "Also write weights and characters to this safetensors file.", valueName: "file"))
  var save: String?

  func run() throws {
    try computing.run { try measure() }
  }

  private func measure() throws {
    let configuration = sizes.configuration
    // Weights as they are drawn and as they are read; logits and states of all texts.
    let scalars =
      2 * Double(configuration.parameterCount)
      + Double(streams) * Double(sizes.vocabularySize + 8 * sizes.layers * sizes.hiddenSize)
    try BenchmarkModel.requireMemory(
      scalars * Double(MemoryLayout<Real>.stride), for: "generation",
      hint: "lower --streams, --vocabulary-size, --hidden-size or --layers")
    var (model, draws) = try sizes.make()
    // Wider than the usual start, so that the likeliest characters are not all one.
    model.visitParameters { name, parameter in
      guard name.hasPrefix("rnn.") else { return }
      for index in 0..<parameter.value.count { parameter.value.mutablePointer[index] *= 3 }
    }
    let beginning = save.map { _ in model.storedTensors }
    var stepper = LanguageModelStepper(
      consume model, rows: streams, computing.precision.weights)
    var sampler = Sampler(Sampling(temperature: temperature))
    var tokens = [Int32](repeating: 0, count: streams)
    let columns = sizes.vocabularySize
    var written: [Int64] = []
    func piece() {
      for _ in 0..<length {
        stepper.step(tokens).withUnsafeBuffer { logits in
          for row in tokens.indices {
            let logits = UnsafeBufferPointer(
              rebasing: logits[(row * columns)..<((row + 1) * columns)])
            tokens[row] = sampler.draw(from: logits, after: [], using: &draws)
          }
        }
        if written.count < length { written.append(Int64(tokens[0])) }
      }
    }
    piece()
    if let save, let beginning {
      try SafetensorsFile.write(
        beginning + [.init("characters", shape: [written.count], integers: written)], to: save)
    }
    let measured = Measurement(least: 5, duration: seconds, piece)
    let speed = Double(length * streams) / measured.median
    let memory = Measurement.peakMemory
    let work = 2 * Double(sizes.matrixParameters) * speed
    let peak = ProcessorSpeed.peakOperationsPerSecond()
    let bytes = sizes.readParameters * computing.precision.bytes
    let reading = Double(bytes) * speed / Double(streams)
    let readable = ProcessorSpeed.readBytesPerSecond(
      byteCount: bytes / ThreadTeam.current.threadCount)
    let handOver = ProcessorSpeed.handOverSeconds()
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
          .init("weight_bytes", .integer(bytes)),
          .init("weights_gb_per_second", .rounded(reading / 1e9, 2)),
          .init("read_gb_per_second", .rounded(readable / 1e9, 2)),
          .init("handover_microseconds", .rounded(handOver * 1e6, 3)),
          .init("temperature", .number(temperature)),
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
        (
          "Reading",
          "\(NumberText.fixed(reading / 1e9, 1)) GB/s of weights; \(NumberText.fixed(readable / 1e9, 1)) where as "
            + "many bytes are read and nothing else is done"
        ),
        (
          "Sharing",
          "\(NumberText.fixed(handOver * 1e6, 2)) µs until all threads have come to a layer and gone"
        ),
        ("Memory", "\(NumberText.fixed(memory, 0)) MB at most"),
      ]))
  }
}

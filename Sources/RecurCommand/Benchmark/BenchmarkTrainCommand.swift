import ArgumentParser
import Recur

/// `recur benchmark train`: training steps of a model of random weights on random tokens.
struct BenchmarkTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Measure training steps.",
    discussion: """
      A step is forward, backward, clipping and Adam, as in a training. Model GFLOP/s count 6 \
      operations for each matrix parameter and token, nothing discounted; the peak is measured in the \
      same process with all threads. Values are medians over the steps after the warm-up. The file of \
      --save holds what another program needs to train the same: weights, tokens, the sizes of the batch \
      and the window, and losses and gradient norms of the first steps.

      EXAMPLES:
        recur benchmark train --cell lstm --layers 2 --hidden-size 512 --batch-size 64 --window 128
        recur benchmark train --cell gru --hidden-size 128 --batch-size 50 --window 50 --threads 1 \
      --json
      """)

  /// Losses in the file of `--save`, at the most.
  private static let savedSteps = 8

  @OptionGroup var sizes: BenchmarkModel
  @OptionGroup var computing: ComputeFlags

  @Option(
    help: ArgumentHelp("Sequences side by side. (default: 64)", valueName: "n"),
    transform: Values.integer(1...65_536))
  var batchSize = 64

  @Option(
    help: ArgumentHelp("Steps of a window. (default: 128)", valueName: "n"),
    transform: Values.integer(1...1_048_576))
  var window = 128

  @Option(
    help: ArgumentHelp("The least steps that are measured. (default: 10)", valueName: "n"),
    transform: Values.integer(1...1_000_000))
  var steps = 10

  @Option(
    help: ArgumentHelp("The least seconds that are measured. (default: 3)", valueName: "s"),
    transform: Values.number(0...3600))
  var seconds = 3.0

  @Option(
    help: ArgumentHelp("Steps before the measurement. (default: 3)", valueName: "n"),
    transform: Values.integer(0...1000))
  var warmup = 3

  @Option(
    help: ArgumentHelp(
      "Also write the first weights, the tokens and the losses to this safetensors file.",
      valueName: "file"))
  var save: String?

  func run() throws {
    try computing.run { try measure() }
  }

  private func measure() throws {
    let perWindow = batchSize * window
    let estimate = MemoryEstimate(
      sizes.configuration, optimizerStates: 2, batchSize: batchSize, windowLength: window,
      trainingTokenCount: 4 * perWindow + 1, validationTokenCount: 0)
    try BenchmarkModel.requireMemory(
      estimate.total, for: "training",
      hint: "lower --batch-size, --window, --hidden-size, --layers or --vocabulary-size")
    var (model, generator) = try sizes.make()
    let limit = Int32(sizes.vocabularySize)
    let tokens = (0..<(perWindow * 4 + 1)).map { _ in
      Int32.random(in: 0..<limit, using: &generator)
    }
    let windows = ContiguousBatches(tokens, batchSize: batchSize, windowLength: window)
    let beginning = save.map { _ in model.storedTensors }
    var trainer = Trainer(optimizer: Adam(learningRate: 1e-3), clippingNorm: 1)
    var carry: Carry?
    var index = 0
    var losses: [Float] = []
    var norms: [Float] = []
    func step() throws {
      let report: StepReport
      (report, carry) = try trainer.step(&model, on: windows[index % windows.count], from: carry)
      index += 1
      if losses.count < Self.savedSteps {
        losses.append(Float(report.loss))
        norms.append(Float(report.gradientNorm))
      }
    }
    for _ in 0..<warmup { try step() }
    let peakBefore = ProcessorSpeed.peakOperationsPerSecond()
    let measured = try Measurement(least: steps, duration: seconds, step)
    let memory = Measurement.peakMemory
    let peak = max(peakBefore, ProcessorSpeed.peakOperationsPerSecond())
    if let save, let beginning {
      try SafetensorsFile.write(
        beginning + [
          .init("tokens", shape: [tokens.count], integers: tokens.map(Int64.init)),
          .init("batch", shape: [2], integers: [Int64(batchSize), Int64(window)]),
          .init("losses", shape: [losses.count], floats: losses),
          .init("gradient_norms", shape: [norms.count], floats: norms),
        ], to: save)
    }
    let speed = Double(perWindow) / measured.median
    let work = 6 * Double(sizes.matrixParameters) * speed
    try show(
      speed: speed, work: work, peak: peak, memory: memory, count: measured.seconds.count)
  }

  private func show(
    speed: Double, work: Double, peak: Double, memory: Double, count: Int
  ) throws {
    if sizes.json {
      try JSONOutput.show(
        "recur.benchmark.train/1",
        [
          .init("tokens_per_second", .rounded(speed, 1)),
          .init("model_gflops", .rounded(work / 1e9, 2)),
          .init("peak_gflops", .rounded(peak / 1e9, 2)),
          .init("fraction_of_peak", .rounded(work / peak, 4)),
          .init("peak_rss_mb", .rounded(memory, 1)),
          .init("milliseconds_per_step", .rounded(Double(batchSize * window) / speed * 1e3, 3)),
          .init("steps", .integer(count)),
          .init("batch_size", .integer(batchSize)),
          .init("window", .integer(window)),
          .init("precision", .string(computing.precision.rawValue)),
          .init("matrix_parameters", .integer(sizes.matrixParameters)),
        ] + sizes.members)
      return
    }
    try StandardStream.output.write(
      TextTable.aligned([
        ("Model", sizes.title),
        (
          "Batch",
          "\(batchSize) × \(window), "
            + "\(NumberText.counted(ThreadTeam.current.threadCount, "thread")), "
            + NumberText.counted(count, "step")
        ),
        ("Speed", "\(NumberText.grouped(Int(speed))) tokens/s"),
        (
          "Work",
          "\(NumberText.fixed(work / 1e9, 1)) GFLOP/s, \(NumberText.fixed(work / peak * 100, 1)) % of "
            + "\(NumberText.fixed(peak / 1e9, 1)) (\(Kernels.name))"
        ),
        ("Memory", "\(NumberText.fixed(memory, 0)) MB at most"),
      ]))
  }
}

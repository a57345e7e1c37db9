import ArgumentParser
import Glibc
import Recur

/// `recur benchmark score`: a classifier of random weights over made-up documents.
struct BenchmarkScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Measure the scoring of documents of different lengths.",
    discussion: """
      The lengths are log-normal, the characters uniform. Model GFLOP/s count 2 operations for each \
      matrix parameter and character, nothing discounted and no padding.

      EXAMPLES:
        recur benchmark score --documents 512 --hidden-size 256 --embedding-size 128 --json
        recur benchmark score --pooling last --threads 1
      """)

  @Option(help: ArgumentHelp("The recurrent cell.", valueName: "cell"))
  var cell = CellName.lstm

  @Option(
    help: ArgumentHelp("How many layers. (default: 1)", valueName: "n"),
    transform: Values.integer(1...64))
  var layers = 1

  @Option(
    help: ArgumentHelp("The width of each layer. (default: 256)", valueName: "n"),
    transform: Values.integer(1...8192))
  var hiddenSize = 256

  @Option(
    help: ArgumentHelp("The width of the embedding. (default: 128)", valueName: "n"),
    transform: Values.integer(1...8192))
  var embeddingSize = 128

  @Option(
    help: ArgumentHelp("Tokens in the vocabulary. (default: 96)", valueName: "n"),
    transform: Values.integer(2...1_000_000))
  var vocabularySize = 96

  @Option(help: ArgumentHelp("How steps become one vector: last, mean, max.", valueName: "kind"))
  var pooling = BenchmarkPooling.mean

  @Option(
    help: ArgumentHelp("Documents. (default: 512)", valueName: "n"),
    transform: Values.integer(1...1_000_000))
  var documents = 512

  @Option(
    help: ArgumentHelp(
      "The median of their lengths, in characters. (default: 148)", valueName: "n"),
    transform: Values.integer(1...100_000))
  var medianLength = 148

  @Option(
    help: ArgumentHelp(
      "The standard deviation of the logarithm of their lengths. (default: 0.9)", valueName: "x"),
    transform: Values.number(0...3))
  var spread = 0.9

  @Option(
    help: ArgumentHelp("What weights and documents are drawn from. (default: 1)", valueName: "n"),
    transform: Values.seed)
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("The least seconds that are measured. (default: 3)", valueName: "s"),
    transform: Values.number(0...3600))
  var seconds = 3.0

  @Option(
    help: ArgumentHelp(
      "Also write weights, documents and logits to this safetensors file.", valueName: "file"))
  var save: String?

  @OptionGroup var computing: ComputeFlags

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    try computing.run { try measure() }
  }

  private func measure() throws {
    var generator = SeededGenerator(seed: seed)
    let configuration = SequenceClassifierConfiguration(
      cell: cell.kind, vocabularySize: vocabularySize, embeddingSize: embeddingSize,
      hiddenSizes: Array(repeating: hiddenSize, count: layers), pooling: pooling.kind,
      classNames: ["negative", "positive"])
    let model = try SequenceClassifier(configuration, using: &generator)
    let texts = try makeTexts(using: &generator)
    let scorer = ClassifierScorer(model)
    var logits: [Float] = []
    func piece() { logits = scorer.logits(of: texts) }
    piece()
    if let save { try write(model, texts, logits, to: save) }
    let measured = Measurement(least: 3, duration: seconds, piece)
    let memory = Measurement.peakMemory
    let count = texts.reduce(0) { $0 + $1.count }
    let matrixParameters = configuration.parameterShapes
      .filter { $0.shape.count == 2 && $0.name.hasPrefix("rnn.") }
      .reduce(0) { $0 + $1.shape.reduce(1, *) }
    let speed = Double(count) / measured.median
    let work = 2 * Double(matrixParameters) * speed
    let peak = ProcessorSpeed.peakOperationsPerSecond()
    try show(
      count: count, speed: speed, rate: Double(documents) / measured.median, work: work, peak: peak,
      memory: memory)
  }

  private func makeTexts(using generator: inout SeededGenerator) throws -> [[Int32]] {
    let lengths = generator.normal(shape: [documents]).scalars.map { deviation in
      max(1, (Double(medianLength) * exp(spread * Double(deviation))).rounded())
    }
    // Four bytes for a token, and as many where the texts are put together.
    let isTooLong = lengths.contains { $0 > Double(Int32.max) }
    try BenchmarkModel.requireMemory(
      isTooLong ? .infinity : 8 * lengths.reduce(0, +), for: "documents",
      hint: "lower --documents, --median-length or --spread")
    return lengths.map { length in
      (0..<Int(length)).map { _ in
        Int32.random(in: 0..<Int32(vocabularySize), using: &generator)
      }
    }
  }

  private func write(
    _ model: SequenceClassifier, _ texts: [[Int32]], _ logits: [Float], to path: String
  ) throws {
    let tokens = texts.flatMap { $0.map(Int64.init) }
    try SafetensorsFile.write(
      model.storedTensors + [
        .init("tokens", shape: [tokens.count], integers: tokens),
        .init("lengths", shape: [texts.count], integers: texts.map { Int64($0.count) }),
        .init("logits", shape: [texts.count, 2], floats: logits),
      ], to: path)
  }

  private func show(
    count: Int, speed: Double, rate: Double, work: Double, peak: Double, memory: Double
  ) throws {
    if json {
      try JSONOutput.show(
        "recur.benchmark.score/1",
        [
          .init("documents_per_second", .rounded(rate, 1)),
          .init("tokens_per_second", .rounded(speed, 1)),
          .init("model_gflops", .rounded(work / 1e9, 2)),
          .init("peak_gflops", .rounded(peak / 1e9, 2)),
          .init("fraction_of_peak", .rounded(work / peak, 4)),
          .init("peak_rss_mb", .rounded(memory, 1)),
          .init("documents", .integer(documents)),
          .init("tokens", .integer(count)),
          .init("cell", .string(cell.rawValue)),
          .init("layers", .integer(layers)),
          .init("hidden_size", .integer(hiddenSize)),
          .init("embedding_size", .integer(embeddingSize)),
          .init("vocabulary_size", .integer(vocabularySize)),
          .init("pooling", .string(pooling.rawValue)),
          .init("precision", .string(computing.precision.rawValue)),
          .init("threads", .integer(ThreadTeam.current.threadCount)),
        ] + Machine.current.members)
      return
    }
    try StandardStream.output.write(
      TextTable.aligned([
        (
          "Model",
          "\(cell.rawValue) \(layers)×\(hiddenSize), embedding \(embeddingSize), vocabulary "
            + "\(vocabularySize), \(pooling.rawValue)"
        ),
        (
          "Documents",
          "\(NumberText.grouped(documents)) of \(NumberText.grouped(count)) characters, "
            + NumberText.counted(ThreadTeam.current.threadCount, "thread")
        ),
        (
          "Speed",
          "\(NumberText.grouped(Int(rate))) documents/s, \(NumberText.grouped(Int(speed))) "
            + "characters/s (\(Kernels.name))"
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

/// The poolings that peers have as well.
enum BenchmarkPooling: String, CaseIterable, ExpressibleByArgument {
  case last, mean, max

  /// The pooling.
  var kind: Pooling {
    switch self {
    case .last: .last
    case .mean: .mean
    case .max: .max
    }
  }
}

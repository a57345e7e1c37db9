import ArgumentParser
import Recur

/// The sizes of a model with random weights, and how they are reported.
struct BenchmarkModel: ParsableArguments {
  @Option(help: ArgumentHelp("The recurrent cell.", valueName: "cell"))
  var cell = CellName.lstm

  @Option(
    help: ArgumentHelp("How many layers. (default: 2)", valueName: "n"),
    transform: Values.integer(1...64))
  var layers = 2

  @Option(
    help: ArgumentHelp("The width of each layer. (default: 512)", valueName: "n"),
    transform: Values.integer(1...8192))
  var hiddenSize = 512

  @Option(
    help: ArgumentHelp("The width of the embedding. (default: as the layers)", valueName: "n"),
    transform: Values.integer(1...8192))
  var embeddingSize: Int?

  @Option(
    help: ArgumentHelp("Tokens in the vocabulary. (default: 96)", valueName: "n"),
    transform: Values.integer(2...1_000_000))
  var vocabularySize = 96

  @Option(
    help: ArgumentHelp("What the weights and tokens are drawn from. (default: 1)", valueName: "n"),
    transform: Values.seed)
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON document.")
  var json = false

  /// The configuration of these sizes.
  var configuration: LanguageModelConfiguration {
    LanguageModelConfiguration(
      cell: cell.kind, vocabularySize: vocabularySize, embeddingSize: embeddingSize ?? hiddenSize,
      hiddenSizes: Array(repeating: hiddenSize, count: layers))
  }

  /// Σ gH(I + H) over the layers, and HV of the head: what takes part in products.
  var matrixParameters: Int {
    configuration.parameterShapes
      .filter { $0.shape.count == 2 && $0.name != "embedding.weight" }
      .reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  /// What a step of generation reads: without the first layer's product with the embedding, of which a row
  /// of a table is taken.
  var readParameters: Int {
    let folded = configuration.parameterShapes.first { $0.name == "rnn.weight_ih_l0" }
    return matrixParameters - (folded?.shape.reduce(1, *) ?? 0)
  }

  /// A model of these sizes with random weights, and what the weights were drawn from.
  func make() throws(RecurError) -> (model: LanguageModel, generator: SeededGenerator) {
    var generator = SeededGenerator(seed: seed)
    let model = try LanguageModel(configuration, using: &generator)
    return (model, generator)
  }

  /// Refuses what does not fit into memory.
  ///
  /// - Parameters:
  ///   - needed: Bytes.
  ///   - purpose: What needs them.
  ///   - hint: What to lower.
  static func requireMemory(_ needed: Double, for purpose: String, hint: String) throws(RecurError)
  {
    let limit = ProcessMemory.limit
    if needed <= limit { return }
    func shown(_ bytes: Double) -> String { NumberText.bytes(Int(min(bytes, 1e18))) }
    throw RecurError(
      .badConfiguration,
      "the \(purpose) would take about \(shown(needed)), and there are \(shown(limit))",
      hint: hint)
  }

  /// What a document says about the model and the machine.
  var members: [JSONValue.Member] {
    [
      .init("cell", .string(cell.rawValue)),
      .init("layers", .integer(layers)),
      .init("hidden_size", .integer(hiddenSize)),
      .init("embedding_size", .integer(embeddingSize ?? hiddenSize)),
      .init("vocabulary_size", .integer(vocabularySize)),
      .init("threads", .integer(ThreadTeam.current.threadCount)),
    ] + Machine.current.members
  }

  /// What is said about the model in a line.
  var title: String {
    "\(cell.rawValue) \(layers)×\(hiddenSize), embedding \(embeddingSize ?? hiddenSize), "
      + "vocabulary \(vocabularySize)"
  }
}

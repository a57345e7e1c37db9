public import RecurFiles
import RecurTensors

extension LanguageModel {
  /// A model with the weights of a file, without drawing any first.
  ///
  /// - Parameters:
  ///   - configuration: What the model is made of.
  ///   - file: Holds exactly the parameters of `configuration.parameterShapes`.
  ///   - allowingNonFinite: Whether NaN and infinities are taken.
  /// - Throws: `.badConfiguration` or `.badData` with every problem in one line.
  public init(
    _ configuration: LanguageModelConfiguration, from file: SafetensorsFile,
    allowingNonFinite: Bool = false
  ) throws(RecurError) {
    try configuration.validate()
    // Layers take their sizes from their weights: these are of size 1 until the file's are there.
    var generator = SeededGenerator(seed: 0)
    var seedling = configuration
    seedling.adaptiveCutoffs = configuration.adaptiveCutoffs.map { Array(1...$0.count) }
    seedling.vocabularySize = 1 + (configuration.adaptiveCutoffs?.count ?? 0)
    seedling.embeddingSize = 1
    seedling.hiddenSizes = configuration.hiddenSizes.map { _ in 1 }
    var model = try LanguageModel(seedling, using: &generator)
    try model.load(
      file, expecting: configuration.parameterShapes, allowingNonFinite: allowingNonFinite)
    self.init(
      embedding: model.embedding, stack: model.stack, head: model.head, dropout: model.dropout,
      configuration: configuration)
  }
}

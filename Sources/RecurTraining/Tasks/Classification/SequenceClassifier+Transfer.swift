import RecurFiles
import RecurModels
import RecurTensors

extension SequenceClassifier {
  /// A classifier that begins with the embedding and the layers of a language model, with the settings of
  /// options for everything else.
  ///
  /// - Throws: `.badConfiguration` for a model of cells of one's own, or with a head that cannot be.
  init(
    beginningWith model: LanguageModel, _ options: ClassifierOptions, classNames: [String],
    using generator: inout SeededGenerator
  ) throws(RecurError) {
    guard let source = model.configuration else {
      throw RecurError(
        .badConfiguration, "a model of cells of one's own cannot begin a classifier",
        hint: "name a language model that recur train lm made")
    }
    var configuration = options.configuration(
      vocabularySize: source.vocabularySize, classNames: classNames)
    configuration.cell = source.cell
    configuration.embeddingSize = source.embeddingSize
    configuration.hiddenSizes = source.hiddenSizes
    configuration.forgetBias = source.forgetBias
    try self.init(configuration, from: model, using: &generator)
  }
}

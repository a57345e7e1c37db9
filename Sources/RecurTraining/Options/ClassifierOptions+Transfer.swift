import RecurFiles
import RecurModels

extension ClassifierOptions {
  /// The configuration of a classifier that begins with the embedding and the layers of a language
  /// model, with these settings for everything else.
  ///
  /// - Throws: `.badConfiguration` for a model of cells of one's own.
  func configuration(
    beginningWith model: LanguageModel, classNames: [String]
  ) throws(RecurError) -> SequenceClassifierConfiguration {
    guard let source = model.configuration else {
      throw RecurError(
        .badConfiguration, "a model of cells of one's own cannot begin a classifier",
        hint: "name a language model that recur train lm made")
    }
    var configuration = configuration(
      vocabularySize: source.vocabularySize, classNames: classNames)
    configuration.cell = source.cell
    configuration.embeddingSize = source.embeddingSize
    configuration.hiddenSizes = source.hiddenSizes
    configuration.forgetBias = source.forgetBias
    return configuration
  }

  /// The configuration of a classifier that begins with another, with these settings for everything that
  /// concerns training.
  func configuration(
    beginningWith model: SequenceClassifier, classNames: [String]
  ) -> SequenceClassifierConfiguration {
    var configuration = model.configuration
    configuration.classNames = classNames
    configuration.temperature = 1
    configuration.ngramScale = nil
    configuration.maximumTokens = maximumTokens
    configuration.dropout = training.dropout
    configuration.locksDropout = training.lockedDropout
    configuration.inputDropout = training.inputDropout
    configuration.embeddingDropout = training.embeddingDropout
    configuration.weightDrop = training.weightDrop
    return configuration
  }
}

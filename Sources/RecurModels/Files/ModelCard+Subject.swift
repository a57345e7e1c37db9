import RecurLayers
import RecurText

extension ModelCard {
  /// What a model itself knows of its card.
  struct Subject {
    /// What it is.
    let sentence: String
    /// The hub's name of what it does.
    let task: String
    let tags: [String]
    let rows: [Fact]
    /// How it is used.
    let command: String

    /// A language model.
    init(_ configuration: LanguageModelConfiguration, _ tokenizer: Tokenizer) {
      sentence = "A recurrent language model"
      task = "text-generation"
      tags = [configuration.cell.rawValue, "language-model"]
      rows =
        Self.rows(configuration.core, parameterCount: configuration.parameterCount)
        + [Fact("Tied weights", configuration.tiesWeights ? "yes" : "no")]
        + Self.rows(tokenizer)
      command = "recur generate DIRECTORY --prompt TEXT"
    }

    /// A classifier.
    init(_ configuration: SequenceClassifierConfiguration, _ tokenizer: Tokenizer) {
      sentence = "A recurrent classifier of texts"
      task = "text-classification"
      tags = [configuration.cell.rawValue, "sequence-classifier"]
      var rows = Self.rows(configuration.core, parameterCount: configuration.parameterCount)
      rows.append(Fact("Directions", configuration.isBidirectional ? "both" : "forward"))
      rows.append(Fact("Pooling", configuration.pooling.rawValue))
      rows.append(Fact("Classes", configuration.classNames.joined(separator: ", ")))
      rows.append(Fact("Calibration temperature", String(configuration.temperature)))
      self.rows = rows + Self.rows(tokenizer)
      command = "recur sentiment --model DIRECTORY TEXT"
    }

    private static func rows(_ core: CoreConfiguration, parameterCount: Int) -> [Fact] {
      [
        Fact("Cell", core.cell.rawValue),
        Fact("Hidden sizes", core.hiddenSizes.map(String.init).joined(separator: ", ")),
        Fact("Embedding size", String(core.embeddingSize)),
        Fact("Parameters", String(parameterCount)),
        Fact("Dropout in training", String(core.dropout)),
      ]
    }

    private static func rows(_ tokenizer: Tokenizer) -> [Fact] {
      [
        Fact("Tokens", tokenizer.segmentation.rawValue),
        Fact("Vocabulary", String(tokenizer.vocabulary.count)),
        Fact("Unicode", tokenizer.unicodeVersion.unicode),
      ]
    }
  }
}

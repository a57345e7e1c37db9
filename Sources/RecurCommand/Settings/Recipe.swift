import ArgumentParser
import Recur

/// Named settings; they lie under everything that is said beside them.
protocol Recipe: CaseIterable, RawRepresentable, ExpressibleByArgument {
  /// What such settings are, for the help.
  static var title: String { get }
  /// The settings.
  var settings: TrainingSettings { get }
}

/// Settings for language models that reached a measured result; `docs/recipes.md` has the figures.
enum LanguageModelRecipe: String, Recipe {
  /// A megabyte of English in ten minutes on two cores.
  case shakespeare10 = "shakespeare-10min"
  /// The same in half an hour: a larger model, and more dropout against learning by heart.
  case shakespeare30 = "shakespeare-30min"

  static let title = "Named settings that reached a measured result"

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.learningRate] = .number(5e-3)
    switch self {
    case .shakespeare10:
      settings[.minutes] = .integer(10)
    case .shakespeare30:
      settings[.minutes] = .integer(30)
      settings[.hiddenSize] = .integer(320)
      settings[.dropout] = .number(0.3)
    }
    return settings
  }
}

/// Settings for classifiers; `docs/sentiment.md` has what they reach.
enum ClassifierRecipe: String, Recipe {
  /// Reviews and short texts in a few minutes: the model that ships.
  case pretrained
  /// 25,000 film reviews in ten minutes on two cores.
  case imdb10 = "imdb-10min"
  /// The same in an hour, with a larger model.
  case imdb60 = "imdb-60min"

  static let title = "Named settings"

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.tokenizer] = .string("subword")
    settings[.caseFolding] = .bool(true)
    settings[.maxVocabulary] = .integer(12_000)
    settings[.bidirectional] = .bool(true)
    settings[.hiddenSize] = .integer(128)
    settings[.embeddingSize] = .integer(96)
    settings[.dropout] = .number(0.3)
    settings[.embeddingDropout] = .number(0.05)
    settings[.learningRate] = .number(3e-3)
    settings[.maximumTokens] = .integer(400)
    settings[.validationFraction] = .number(0.05)
    switch self {
    case .pretrained:
      settings[.epochs] = .integer(4)
      settings[.classNames] = .array([.string("negative"), .string("positive")])
    case .imdb10:
      settings[.minutes] = .integer(10)
    case .imdb60:
      settings[.minutes] = .integer(60)
      settings[.maxVocabulary] = .integer(20_000)
      settings[.hiddenSize] = .integer(256)
      settings[.embeddingSize] = .integer(128)
      settings[.dropout] = .number(0.5)
    }
    return settings
  }
}

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
  /// Reviews and short texts in a few minutes: what the model that ships begins with.
  case pretrained
  /// Sentences and tweets, beginning with a classifier of longer texts (`--init-from`).
  case shortTexts = "short-texts"
  /// Three passes over 25,000 film reviews: ten minutes on two cores.
  case imdb10 = "imdb-10min"
  /// Five passes, with twice the units and adversarial inputs: an hour on a core with fast bfloat16.
  case imdb60 = "imdb-60min"

  static let title = "Named settings"

  var settings: TrainingSettings {
    // A few passes over the reviews are enough to know them by heart; dropout of three kinds, excerpts and
    // adversarial inputs make a network learn what tells their label instead.
    var settings = TrainingSettings()
    settings[.dropout] = .number(0.5)
    settings[.embeddingDropout] = .number(0.2)
    settings[.weightDrop] = .number(0.3)
    settings[.validationFraction] = .number(0.05)
    if self != .imdb10 { settings[.adversarialSize] = .number(0.7) }
    if self == .shortTexts {
      settings[.epochs] = .integer(4)
      settings[.learningRate] = .number(5e-4)
      return settings
    }
    settings[.excerpts] = .integer(4)
    settings[.tokenizer] = .string("subword")
    settings[.caseFolding] = .bool(true)
    settings[.maxVocabulary] = .integer(12_000)
    settings[.bidirectional] = .bool(true)
    settings[.hiddenSize] = .integer(128)
    settings[.embeddingSize] = .integer(96)
    settings[.learningRate] = .number(3e-3)
    settings[.maximumTokens] = .integer(400)
    switch self {
    case .pretrained:
      settings[.epochs] = .integer(3)
      settings[.classNames] = .array([.string("negative"), .string("positive")])
    case .imdb10:
      settings[.epochs] = .integer(3)
      settings[.embeddingSize] = .integer(128)
    case .imdb60:
      settings[.epochs] = .integer(5)
      settings[.maxVocabulary] = .integer(16_000)
      settings[.hiddenSize] = .integer(256)
      settings[.embeddingSize] = .integer(192)
      settings[.learningRate] = .number(2e-3)
      settings[.adversarialSize] = .number(1)
    case .shortTexts: break
    }
    return settings
  }
}

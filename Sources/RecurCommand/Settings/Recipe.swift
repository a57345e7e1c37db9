import ArgumentParser
import Recur

/// Named settings; they lie under everything that is said beside them.
protocol Recipe: CaseIterable, RawRepresentable, ExpressibleByArgument {
  /// The settings.
  var settings: TrainingSettings { get }
}

/// Settings for language models that reached a measured result; `docs/recipes.md` has the figures.
enum LanguageModelRecipe: String, Recipe {
  /// A megabyte of English in ten minutes on two cores.
  case shakespeare10 = "shakespeare-10min"
  /// The same in half an hour: a larger model, and more dropout against learning by heart.
  case shakespeare30 = "shakespeare-30min"

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    switch self {
    case .shakespeare10:
      settings[.minutes] = .integer(10)
    case .shakespeare30:
      settings[.minutes] = .integer(30)
      settings[.hiddenSize] = .integer(384)
      settings[.dropout] = .number(0.4)
    }
    return settings
  }
}

/// Settings for classifiers.
enum ClassifierRecipe: String, Recipe {
  /// 25,000 film reviews in ten minutes on two cores, a language model of them included.
  case imdb10 = "imdb-10min"
  /// The same in an hour, with a larger model.
  case imdb60 = "imdb-60min"

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.tokenizer] = .string("subword")
    settings[.caseFolding] = .bool(true)
    settings[.gradualUnfreezing] = .bool(true)
    settings[.discriminativeRate] = .number(2.6)
    switch self {
    case .imdb10:
      settings[.minutes] = .integer(10)
      settings[.pretrainMinutes] = .integer(5)
    case .imdb60:
      settings[.minutes] = .integer(60)
      settings[.pretrainMinutes] = .integer(40)
      settings[.hiddenSize] = .integer(512)
    }
    return settings
  }
}

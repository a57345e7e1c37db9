import ArgumentParser
import Recur

/// Named settings that reached a measured result; `docs/recipes.md` has the figures.
enum Recipe: String, CaseIterable, ExpressibleByArgument {
  /// A megabyte of English in ten minutes on two cores.
  case shakespeare10 = "shakespeare-10min"
  /// The same in half an hour: a larger model, and more dropout against learning by heart.
  case shakespeare30 = "shakespeare-30min"

  /// The settings, under everything that is said beside them.
  var settings: TrainingSettings {
    var settings = TrainingSettings()
    switch self {
    case .shakespeare10:
      settings[.minutes] = .integer(10)
    case .shakespeare30:
      settings[.minutes] = .integer(30)
      settings[.hiddenSize] = .integer(512)
      settings[.dropout] = .number(0.5)
    }
    return settings
  }
}

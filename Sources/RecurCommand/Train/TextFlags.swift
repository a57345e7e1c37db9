import ArgumentParser
import Recur

/// The text of a training.
struct TextFlags: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Option(
    help: ArgumentHelp("A text of its own for validation.", valueName: "file"),
    completion: .file())
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "The last part of the text, held out for validation; 0 for none. "
        + "(default: \(defaults.validationFraction))", valueName: "f"),
    transform: Values.finite)
  var validationFraction: Double?

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp(
      "What to do with bytes that are not UTF-8. (default: \(defaults.invalidUTF8.rawValue))",
      valueName: "policy"))
  var invalidUTF8: InvalidUTF8Policy?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.validation] = validation.map(JSONValue.string)
    settings[.validationFraction] = validationFraction.map(JSONValue.number)
    settings[.invalidUTF8] = (invalidUTF8?.rawValue).map(JSONValue.string)
    return settings
  }
}

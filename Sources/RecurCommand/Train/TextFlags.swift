import ArgumentParser
import Recur

/// The text of a training, and what becomes of it.
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

  @Option(
    help: ArgumentHelp(
      "What a token is. (default: \(defaults.tokenizer.rawValue))", valueName: "kind"))
  var tokenizer: Segmentation?

  @Option(
    help: ArgumentHelp(
      "The normalization of the text before it is cut. (default: \(defaults.normalization.rawValue))",
      valueName: "form"))
  var normalization: Normalization?

  @Flag(help: "Fold the case of letters.")
  var caseFolding = false

  @Option(
    help: ArgumentHelp(
      "The most tokens in the vocabulary. "
        + "(default: \(Tokenizer.defaultSubwordVocabulary) for subword, else no cap)",
      valueName: "n"),
    transform: Values.whole)
  var maxVocabulary: Int?

  @Option(
    help: ArgumentHelp(
      "How often a piece must occur to get into the vocabulary. (default: \(defaults.minCount))",
      valueName: "n"),
    transform: Values.whole)
  var minCount: Int?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.validation] = validation.map(JSONValue.string)
    settings[.validationFraction] = validationFraction.map(JSONValue.number)
    settings[.invalidUTF8] = (invalidUTF8?.rawValue).map(JSONValue.string)
    settings[.tokenizer] = (tokenizer?.rawValue).map(JSONValue.string)
    settings[.normalization] = (normalization?.rawValue).map(JSONValue.string)
    settings[.caseFolding] = caseFolding ? .bool(true) : nil
    settings[.maxVocabulary] = maxVocabulary.map(JSONValue.integer)
    settings[.minCount] = minCount.map(JSONValue.integer)
    return settings
  }
}

import ArgumentParser
import Recur

/// What becomes of the text of a training.
struct TokenizerFlags<Options: TaskOptions>: ParsableArguments {
  private static var defaults: TrainingOptions { Options().training }

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
    settings[.tokenizer] = (tokenizer?.rawValue).map(JSONValue.string)
    settings[.normalization] = (normalization?.rawValue).map(JSONValue.string)
    settings[.caseFolding] = caseFolding ? .bool(true) : nil
    settings[.maxVocabulary] = maxVocabulary.map(JSONValue.integer)
    settings[.minCount] = minCount.map(JSONValue.integer)
    return settings
  }
}

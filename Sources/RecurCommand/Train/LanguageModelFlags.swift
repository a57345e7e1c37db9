import ArgumentParser
import Recur

/// What only a language model has.
struct LanguageModelFlags: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Flag(help: "Use the embedding's weights for the output as well.")
  var tieWeights = false

  @Option(
    help: ArgumentHelp(
      "How the output makes probabilities: adaptive is faster for large vocabularies. "
        + "(default: \(defaults.softmax.rawValue))", valueName: "kind"))
  var softmax: SoftmaxKind?

  @Option(
    help: ArgumentHelp(
      "Tokens through which gradients flow back. (default: \(defaults.window))", valueName: "n"),
    transform: Values.whole)
  var window: Int?

  @Option(
    help: ArgumentHelp(
      "The part of the windows that begin with a fresh state. "
        + "(default: \(defaults.resetState))", valueName: "p"),
    transform: Values.finite)
  var resetState: Double?

  @Option(
    help: ArgumentHelp(
      "Steps between samples; 0 for one with every evaluation. (default: \(defaults.sampleEvery))",
      valueName: "n"),
    transform: Values.whole)
  var sampleEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Tokens of a sample; 0 for no samples. (default: \(defaults.sampleLength))", valueName: "n"),
    transform: Values.whole)
  var sampleLength: Int?

  @Option(
    help: ArgumentHelp(
      "The text that a sample goes on from. (default: a line break)", valueName: "text"))
  var samplePrompt: String?

  @Option(
    help: ArgumentHelp(
      "The temperature of a sample. (default: \(defaults.sampleTemperature))", valueName: "x"),
    transform: Values.finite)
  var sampleTemperature: Double?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.tieWeights] = tieWeights ? .bool(true) : nil
    settings[.softmax] = (softmax?.rawValue).map(JSONValue.string)
    settings[.window] = window.map(JSONValue.integer)
    settings[.resetState] = resetState.map(JSONValue.number)
    settings[.sampleEvery] = sampleEvery.map(JSONValue.integer)
    settings[.sampleLength] = sampleLength.map(JSONValue.integer)
    settings[.samplePrompt] = samplePrompt.map { .string(GenerateCommand.unescaped($0)) }
    settings[.sampleTemperature] = sampleTemperature.map(JSONValue.number)
    return settings
  }
}

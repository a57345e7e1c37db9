import ArgumentParser
import Recur

/// The language model that may be trained on the texts before the classifier.
struct PretrainingFlags: ParsableArguments {
  private static let defaults = ClassifierOptions()

  @Option(
    help: ArgumentHelp(
      "Train a language model of the texts first, for so many of the minutes.", valueName: "m"),
    transform: Values.finite)
  var pretrainMinutes: Double?

  @Option(
    help: ArgumentHelp("The same for a number of passes over the texts.", valueName: "n"),
    transform: Values.whole)
  var pretrainEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "Sequences that it is trained on side by side. (default: 32)", valueName: "n"),
    transform: Values.whole)
  var pretrainBatchSize: Int?

  @Option(
    help: ArgumentHelp("Its learning rate. (default: a classifier's)", valueName: "x"),
    transform: Values.finite)
  var pretrainLearningRate: Double?

  @Option(
    help: ArgumentHelp("Its dropout. (default: the classifier's)", valueName: "p"),
    transform: Values.finite)
  var pretrainDropout: Double?

  @Option(
    help: ArgumentHelp(
      "Tokens through which its gradients flow back. (default: \(defaults.training.window))",
      valueName: "n"),
    transform: Values.whole)
  var window: Int?

  @Option(
    help: ArgumentHelp(
      "The part of the windows that its tracks begin with a fresh state. "
        + "(default: \(defaults.training.resetState))", valueName: "p"),
    transform: Values.finite)
  var resetState: Double?

  @Flag(help: "Use its embedding's weights for its output as well.")
  var tieWeights = false

  @Option(
    help: ArgumentHelp(
      "How its output makes probabilities: adaptive is faster for large vocabularies. "
        + "(default: \(defaults.training.softmax.rawValue))", valueName: "kind"))
  var softmax: SoftmaxKind?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.pretrainMinutes] = pretrainMinutes.map(JSONValue.number)
    settings[.pretrainEpochs] = pretrainEpochs.map(JSONValue.integer)
    settings[.pretrainBatchSize] = pretrainBatchSize.map(JSONValue.integer)
    settings[.pretrainLearningRate] = pretrainLearningRate.map(JSONValue.number)
    settings[.pretrainDropout] = pretrainDropout.map(JSONValue.number)
    settings[.window] = window.map(JSONValue.integer)
    settings[.resetState] = resetState.map(JSONValue.number)
    settings[.tieWeights] = tieWeights ? .bool(true) : nil
    settings[.softmax] = (softmax?.rawValue).map(JSONValue.string)
    return settings
  }
}

import ArgumentParser
import Recur

/// How the weights change, and for how long.
struct OptimizerFlags<Options: TaskOptions>: ParsableArguments {
  private static var defaults: TrainingOptions { Options().training }

  @Option(
    help: ArgumentHelp(
      "Sequences that are trained on side by side. (default: \(defaults.batchSize))",
      valueName: "n"),
    transform: Values.whole)
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Passes over the data. (default: \(defaults.duration))", valueName: "n"),
    transform: Values.whole)
  var epochs: Int?

  @Option(
    help: ArgumentHelp("Optimizer steps, instead of epochs.", valueName: "n"),
    transform: Values.whole)
  var steps: Int?

  @Option(
    help: ArgumentHelp("Minutes, instead of epochs.", valueName: "m"), transform: Values.finite)
  var minutes: Double?

  @Option(
    help: ArgumentHelp(
      "The rule of the update. (default: \(defaults.optimizer.rawValue))", valueName: "rule"))
  var optimizer: OptimizerKind?

  @Option(
    help: ArgumentHelp(
      "The learning rate before the schedule. (default: \(defaults.baseLearningRate); sgd: "
        + "\(OptimizerKind.sgd.defaultLearningRate))", valueName: "x"),
    transform: Values.finite)
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "What SGD keeps of its velocity. (default: \(defaults.momentum))", valueName: "x"),
    transform: Values.finite)
  var momentum: Double?

  @Option(
    help: ArgumentHelp(
      "What Adam keeps of the second moment, RMSprop of the mean square. (default: "
        + "\(defaults.smoothing))", valueName: "x"),
    transform: Values.finite)
  var smoothing: Double?

  @Option(
    help: ArgumentHelp(
      "The decay of the weights. (default: \(defaults.weightDecay))", valueName: "x"),
    transform: Values.finite)
  var weightDecay: Double?

  @Option(
    help: ArgumentHelp(
      "The course of the learning rate. (default: \(defaults.schedule.rawValue))",
      valueName: "shape"))
  var schedule: Schedule.Shape?

  @Option(
    help: ArgumentHelp(
      "Steps over which the learning rate rises at the start. (default: a tenth of the run, at most "
        + "100)",
      valueName: "n"),
    transform: Values.whole)
  var warmup: Int?

  @Option(
    help: ArgumentHelp(
      "Where a linear or cosine schedule ends, as a part of the learning rate. (default: "
        + "\(defaults.finalFraction))", valueName: "x"),
    transform: Values.finite)
  var finalFraction: Double?

  @Option(
    help: ArgumentHelp(
      "What the schedule plateau multiplies the learning rate by. (default: "
        + "\(defaults.plateauFactor))", valueName: "x"),
    transform: Values.finite)
  var plateauFactor: Double?

  @Option(
    help: ArgumentHelp(
      "Evaluations without improvement that the schedule plateau puts up with. (default: "
        + "\(defaults.plateauPatience))", valueName: "n"),
    transform: Values.whole)
  var plateauPatience: Int?

  @Option(
    help: ArgumentHelp(
      "The greatest norm of the gradient; 0 for any. (default: \(defaults.clipNorm))",
      valueName: "x"),
    transform: Values.finite)
  var clipNorm: Double?

  @Option(
    help: ArgumentHelp(
      "The greatest element of the gradient; 0 for any. (default: \(defaults.clipValue))",
      valueName: "x"),
    transform: Values.finite)
  var clipValue: Double?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.batchSize] = batchSize.map(JSONValue.integer)
    settings[.epochs] = epochs.map(JSONValue.integer)
    settings[.steps] = steps.map(JSONValue.integer)
    settings[.minutes] = minutes.map(JSONValue.number)
    settings[.optimizer] = (optimizer?.rawValue).map(JSONValue.string)
    settings[.learningRate] = learningRate.map(JSONValue.number)
    settings[.momentum] = momentum.map(JSONValue.number)
    settings[.smoothing] = smoothing.map(JSONValue.number)
    settings[.weightDecay] = weightDecay.map(JSONValue.number)
    settings[.schedule] = (schedule?.rawValue).map(JSONValue.string)
    settings[.warmup] = warmup.map(JSONValue.integer)
    settings[.finalFraction] = finalFraction.map(JSONValue.number)
    settings[.plateauFactor] = plateauFactor.map(JSONValue.number)
    settings[.plateauPatience] = plateauPatience.map(JSONValue.integer)
    settings[.clipNorm] = clipNorm.map(JSONValue.number)
    settings[.clipValue] = clipValue.map(JSONValue.number)
    return settings
  }
}

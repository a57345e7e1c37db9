import ArgumentParser
import Recur

/// What happens while a model is trained.
struct WatchFlags<Options: TaskOptions>: ParsableArguments {
  private static var defaults: TrainingOptions { Options().training }

  @Option(
    help: ArgumentHelp(
      "End after so many evaluations without improvement; 0 for never. (default: "
        + "\(defaults.patience))", valueName: "n"),
    transform: Values.whole)
  var patience: Int?

  @Option(
    help: ArgumentHelp(
      "Steps between evaluations; 0 for about once an epoch. (default: \(defaults.evaluateEvery))",
      valueName: "n"),
    transform: Values.whole)
  var evaluateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Steps between checkpoints, besides one with every evaluation. (default: "
        + "\(defaults.saveEvery))", valueName: "n"),
    transform: Values.whole)
  var saveEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Checkpoints that are kept, besides the best. (default: \(defaults.keep))", valueName: "n"),
    transform: Values.whole)
  var keep: Int?

  @Option(
    help: ArgumentHelp(
      "Steps between lines of metrics.jsonl. (default: \(defaults.logEvery))", valueName: "n"),
    transform: Values.whole)
  var logEvery: Int?

  @Option(
    help: ArgumentHelp(
      "What all randomness is drawn from. (default: \(defaults.seed))", valueName: "n"),
    transform: Values.seed)
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Threads; the result is the same bits for any number. (default: one for each processor)",
      valueName: "n"),
    transform: Values.integer(1...1024))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The factors of matrix products: as they are, or rounded to bfloat16. (default: "
        + "\(defaults.precision.rawValue))", valueName: "type"))
  var precision: ProductPrecision?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.patience] = patience.map(JSONValue.integer)
    settings[.evaluateEvery] = evaluateEvery.map(JSONValue.integer)
    settings[.saveEvery] = saveEvery.map(JSONValue.integer)
    settings[.keep] = keep.map(JSONValue.integer)
    settings[.logEvery] = logEvery.map(JSONValue.integer)
    // The seed travels beside: JSON's integers here are those of Int.
    settings[.threads] = threads.map(JSONValue.integer)
    settings[.precision] = (precision?.rawValue).map(JSONValue.string)
    return settings
  }
}

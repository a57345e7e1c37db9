import ArgumentParser
import Recur

/// A command that trains: the flags that all of them have, and how settings from the command line, the
/// environment, a file, a recipe and a run that is resumed become the options of the training.
protocol TrainingCommand: ParsableCommand {
  associatedtype Task: ShownTask
  associatedtype Named: Recipe

  var files: [String] { get }
  var place: RunFlags<Named> { get }
  var tokens: TokenizerFlags<Task.Options> { get }
  var model: ModelFlags<Task.Options> { get }
  var optimizer: OptimizerFlags<Task.Options> { get }
  var watch: WatchFlags<Task.Options> { get }
  /// The settings of the flags that this command alone has.
  var ownSettings: TrainingSettings { get }

  /// What the run in a directory began with; nil where it has saved nothing yet.
  static func storedOptions(in output: String) throws(RecurError) -> Task.Options?
  /// Refuses settings that would have no effect beside others.
  ///
  /// - Parameter options: What all settings came to.
  static func checkEffect(
    of given: GivenSettings<Task.Options>, in options: Task.Options
  ) throws(RecurError)
}

extension TrainingCommand {
  /// The options of the training.
  ///
  /// - Throws: `.usage` and `.badConfiguration` for settings that cannot be, `.missingInput` where
  ///   there is no run to resume.
  func options() throws(RecurError) -> Task.Options {
    let denied = try TrainingSettings.deniedByEnvironment(for: Task.Options.self)
    let given = try GivenSettings<Task.Options>(
      flags: denied.overlaid(by: settings), file: place.config)
    var options = try given.options(
      recipe: place.recipe?.settings, resumed: resumedOptions(given.all))
    try Self.checkEffect(of: given, in: options)
    if let seed = watch.seed { options.training.seed = seed }
    return options
  }

  /// What a run that is resumed began with: no flag need be repeated.
  private func resumedOptions(_ given: TrainingSettings) throws(RecurError) -> Task.Options? {
    guard given[.resume]?.bool == true, let output = given[.output]?.string else { return nil }
    guard TrainingRun<Task>.isBegun(in: output) else {
      throw RecurError(
        .missingInput, "there is no training to go on with in this directory",
        at: .init(path: output),
        hint: "name the directory of one by --output, or leave --resume out to begin one")
    }
    return try Self.storedOptions(in: output)
  }

  private var settings: TrainingSettings {
    var settings = [
      tokens.settings, model.settings, optimizer.settings, watch.settings, ownSettings,
    ].reduce(place.settings) { $0.overlaid(by: $1) }
    settings[.files] = files.isEmpty ? nil : .strings(files)
    return settings
  }
}

import ArgumentParser
import Recur

/// Where a training takes place and where its settings come from.
struct RunFlags<Named: Recipe>: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The directory of the run and of the model.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Go on from the newest checkpoint in the directory.")
  var resume = false

  @Option(
    help: ArgumentHelp("Settings from a file.", valueName: "file"),
    completion: .file(extensions: ["toml", "json"]))
  var config: String?

  @Option(help: ArgumentHelp("\(Named.title), under all others.", valueName: "name"))
  var recipe: Named?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.output] = output.map(JSONValue.string)
    settings[.resume] = resume ? .bool(true) : nil
    return settings
  }
}

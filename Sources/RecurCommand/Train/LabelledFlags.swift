import ArgumentParser
import Recur

/// The labelled texts of a training.
struct LabelledFlags: ParsableArguments {
  private static let defaults = ClassifierOptions()

  @Option(
    help: ArgumentHelp(
      "The format: \(LabelledFormat.allCases.filter { $0 != .text }.map(\.rawValue).joined(separator: ", ")). (default: detected)",
      valueName: "format"))
  var format: LabelledFormat?

  @Option(
    help: ArgumentHelp(
      "The column of the text, by its name or its number from 1. (default: detected)",
      valueName: "name"))
  var textColumn: String?

  @Option(
    help: ArgumentHelp(
      "The column of the label, by its name or its number from 1. (default: detected)",
      valueName: "name"))
  var labelColumn: String?

  @Option(
    help: ArgumentHelp(
      "What the classes are called; for negative,positive other words, such as 0 and 1, are taken "
        + "too. (default: as in the files)", valueName: "name,name…"))
  var classNames: String?

  @Flag(help: "Stop at the first row that cannot be used, instead of leaving it out.")
  var strict = false

  @Option(
    help: ArgumentHelp("A labelled file of its own for validation.", valueName: "file"),
    completion: .file())
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "The part of each class that is held out for validation; 0 for none. (default: "
        + "\(defaults.training.validationFraction))", valueName: "f"),
    transform: Values.finite)
  var validationFraction: Double?

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp(
      "What to do with bytes that are not UTF-8. (default: the row is left out, with --strict stop)",
      valueName: "policy"))
  var invalidUTF8: InvalidUTF8Policy?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.format] = (format?.rawValue).map(JSONValue.string)
    settings[.textColumn] = textColumn.map(JSONValue.string)
    settings[.labelColumn] = labelColumn.map(JSONValue.string)
    settings[.classNames] = classNames.map { names in
      .array(
        names.split(separator: ",", omittingEmptySubsequences: false)
          .map { .string($0.trimmingSpaces()) })
    }
    settings[.strict] = strict ? .bool(true) : nil
    settings[.validation] = validation.map(JSONValue.string)
    settings[.validationFraction] = validationFraction.map(JSONValue.number)
    settings[.invalidUTF8] = (invalidUTF8?.rawValue).map(JSONValue.string)
    return settings
  }
}

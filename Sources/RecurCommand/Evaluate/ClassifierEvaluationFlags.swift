import ArgumentParser
import Recur

/// The flags of `recur evaluate` that only classifiers have.
struct ClassifierEvaluationFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp("Classifiers: print the n most confident mistakes.", valueName: "n"),
    transform: Values.integer(0...(1 << 20)))
  var errors: Int?

  @Option(
    help: ArgumentHelp(
      "Classifiers: the files that the linear model beside is fitted on, and that duplicates are looked "
        + "for in; may be given several times. (default: those that the model was trained on)",
      valueName: "file"), completion: .file())
  var train: [String] = []

  @Flag(help: "Classifiers: leave the linear model and the search for duplicates out.")
  var noBaseline = false

  @Option(
    help: ArgumentHelp(
      "Classifiers: the format of the files: "
        + "\(LabelledFormat.allCases.filter { $0 != .text }.map(\.rawValue).joined(separator: ", ")). "
        + "(default: detected)", valueName: "format"))
  var format: LabelledFormat?

  @Option(
    help: ArgumentHelp(
      "Classifiers: the column of the text, by its name or its number from 1. (default: detected)",
      valueName: "name"))
  var textColumn: String?

  @Option(
    help: ArgumentHelp(
      "Classifiers: the column of the label, by its name or its number from 1. (default: detected)",
      valueName: "name"))
  var labelColumn: String?

  @Flag(help: "Classifiers: stop at the first row that cannot be used, instead of leaving it out.")
  var strict = false

  /// A flag that was given, for saying that it does not fit.
  var given: String? {
    if errors != nil { return "--errors" }
    if !train.isEmpty { return "--train" }
    if noBaseline { return "--no-baseline" }
    if format != nil { return "--format" }
    if textColumn != nil { return "--text-column" }
    if labelColumn != nil { return "--label-column" }
    return strict ? "--strict" : nil
  }

  func reading(_ invalidUTF8: InvalidUTF8Policy?) -> LabelledReading {
    LabelledReading(
      format: format, textColumn: textColumn, labelColumn: labelColumn, invalidUTF8: invalidUTF8,
      isStrict: strict)
  }
}

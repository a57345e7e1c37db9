import ArgumentParser
import Recur

/// The architecture of a model that is to be trained.
struct ModelFlags<Options: TaskOptions>: ParsableArguments {
  private static var defaults: TrainingOptions { Options().training }

  @Option(
    help: ArgumentHelp(
      "The recurrent cell. (default: \(defaults.cell.rawValue))", valueName: "cell"))
  var cell: CellName?

  @Option(
    help: ArgumentHelp(
      "The width of the layers, or of each layer. (default: "
        + "\(defaults.hiddenSize.map(String.init).joined(separator: ",")))", valueName: "n[,n…]"),
    transform: Values.wholes)
  var hiddenSize: [Int]?

  @Option(
    help: ArgumentHelp("How many layers. (default: \(defaults.hiddenSizes.count))", valueName: "n"),
    transform: Values.whole)
  var layers: Int?

  @Option(
    help: ArgumentHelp(
      "The width of the embedding. (default: "
        + "\(defaults.configuration(vocabularySize: 256).embeddingSize))", valueName: "n"),
    transform: Values.whole)
  var embeddingSize: Int?

  @Option(
    help: ArgumentHelp(
      "The part of a layer's outputs that is dropped in training. (default: \(defaults.dropout))",
      valueName: "p"),
    transform: Values.finite)
  var dropout: Double?

  @Flag(help: "Drop the same elements in every step of a window, by --dropout and --input-dropout.")
  var lockedDropout = false

  @Option(
    help: ArgumentHelp(
      "The part of the embedding's outputs that is dropped in training. "
        + "(default: \(defaults.inputDropout))", valueName: "p"),
    transform: Values.finite)
  var inputDropout: Double?

  @Option(
    help: ArgumentHelp(
      "The part of the vocabulary that is dropped from each window in training. "
        + "(default: \(defaults.embeddingDropout))", valueName: "p"),
    transform: Values.finite)
  var embeddingDropout: Double?

  @Option(
    help: ArgumentHelp(
      "The part of the recurrent weights that is dropped from each window in training. "
        + "(default: \(defaults.weightDrop))", valueName: "p"),
    transform: Values.finite)
  var weightDrop: Double?

  @Option(
    help: ArgumentHelp(
      "The bias of an LSTM's forget gate at the start. (default: 1)",
      valueName: "x"),
    transform: Values.finite)
  var forgetBias: Double?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.cell] = (cell?.kind.rawValue).map(JSONValue.string)
    settings[.hiddenSize] = hiddenSize.map(JSONValue.integers)
    settings[.layers] = layers.map(JSONValue.integer)
    settings[.embeddingSize] = embeddingSize.map(JSONValue.integer)
    settings[.dropout] = dropout.map(JSONValue.number)
    settings[.lockedDropout] = lockedDropout ? .bool(true) : nil
    settings[.inputDropout] = inputDropout.map(JSONValue.number)
    settings[.embeddingDropout] = embeddingDropout.map(JSONValue.number)
    settings[.weightDrop] = weightDrop.map(JSONValue.number)
    settings[.forgetBias] = forgetBias.map(JSONValue.number)
    return settings
  }
}

import ArgumentParser
import Recur

/// What only a classifier has.
struct ClassifierFlags: ParsableArguments {
  private static let defaults = ClassifierOptions()

  @Option(
    help: ArgumentHelp(
      "How the outputs of all steps become one vector. (default: \(defaults.pooling.rawValue))",
      valueName: "kind"))
  var pooling: Pooling?

  @Flag(help: "Read in both directions.")
  var bidirectional = false

  @Option(
    help: ArgumentHelp(
      "Tokens at the end of a text through which gradients flow; those before are read as well. "
        + "(default: \(defaults.maximumTokens))", valueName: "n"),
    transform: Values.whole)
  var maximumTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Begin with the tokenizer, the embedding and the layers of a language model, or with another "
        + "classifier.",
      valueName: "dir"), completion: .directory)
  var initFrom: String?

  @Option(
    help: ArgumentHelp(
      "Begin with word vectors: GloVe's or word2vec's text, may be .gz.", valueName: "file"),
    completion: .file())
  var pretrainedVectors: String?

  @Flag(
    help: ArgumentHelp(
      "Train the head alone; with two classes a logistic probe with an L1 penalty also names the units "
        + "that tell them apart."))
  var freezeCore = false

  @Flag(help: "Train the head first, then one more layer at a time over a third of the run.")
  var gradualUnfreezing = false

  @Option(
    help: ArgumentHelp(
      "Divide the learning rate by this for each layer below. (default: "
        + "\(defaults.discriminativeRate))", valueName: "x"),
    transform: Values.finite)
  var discriminativeRate: Double?

  @Option(
    help: ArgumentHelp(
      "Cut so many runs of one to six sentences out of each text, anew in every epoch, and train on them "
        + "too. (default: \(defaults.excerpts))", valueName: "n"),
    transform: Values.whole)
  var excerpts: Int?

  @Option(
    help: ArgumentHelp(
      "Train on each text twice, the second time moved by this much, among its embedded tokens, to where its "
        + "loss rises most: takes twice as long, and generalises better. 0.7 is usual; 0 for none. (default: \(defaults.adversarialSize))",
      valueName: "x"),
    transform: Values.finite)
  var adversarialSize: Double?

  @Option(
    help: ArgumentHelp(
      "Add what so many runs of one to three words say by themselves: a linear model of the same texts, "
        + "scaled on the held-out ones. 0 for none. (default: 200000 where texts are held out, or those of "
        + "the classifier that the run begins with)",
      valueName: "n"),
    transform: Values.whole)
  var ngrams: Int?

  @Flag(help: "Let each class count the same, however many texts it has.")
  var classWeights = false

  @Flag(name: .customLong("no-baseline"), help: "Fit no linear classifier for comparison.")
  var noBaseline = false

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings[.pooling] = (pooling?.rawValue).map(JSONValue.string)
    settings[.bidirectional] = bidirectional ? .bool(true) : nil
    settings[.maximumTokens] = maximumTokens.map(JSONValue.integer)
    settings[.initFrom] = initFrom.map(JSONValue.string)
    settings[.pretrainedVectors] = pretrainedVectors.map(JSONValue.string)
    settings[.freezeCore] = freezeCore ? .bool(true) : nil
    settings[.gradualUnfreezing] = gradualUnfreezing ? .bool(true) : nil
    settings[.discriminativeRate] = discriminativeRate.map(JSONValue.number)
    settings[.excerpts] = excerpts.map(JSONValue.integer)
    settings[.adversarialSize] = adversarialSize.map(JSONValue.number)
    settings[.ngrams] = ngrams.map(JSONValue.integer)
    settings[.classWeights] = classWeights ? .bool(true) : nil
    settings[.baseline] = noBaseline ? .bool(false) : nil
    return settings
  }
}

import Recur
import TestSupport

/// A folder with a classifier that was never trained, and the same one in memory.
struct SmallClassifier {
  let training = SmallTraining()
  let model: SentimentModel

  /// - Parameters:
  ///   - classNames: Its classes.
  ///   - trainingFiles: What its `training_args.json` names.
  ///   - trainingText: What these held when it was trained.
  init(
    classNames: [String] = ["neg", "pos"], trainingFiles: [String] = [], trainingText: String = ""
  ) throws {
    let tokenizer = Tokenizer(
      .word, fitting: Corpus(text: "good bad film a the was not very = , \" one two three\n"))
    var generator = SeededGenerator(seed: 3)
    let classifier = try SequenceClassifier(
      SequenceClassifierConfiguration(
        cell: .gru, vocabularySize: tokenizer.vocabulary.count, embeddingSize: 5, hiddenSizes: [6],
        classNames: classNames, temperature: 0.2), using: &generator)
    let digest = SHA256Digest.hexadecimal(of: Array(trainingText.utf8))
    let options = JSONValue.object([
      .init("options", .object([.init("files", .array(trainingFiles.map(JSONValue.string)))])),
      .init(
        "files",
        .array(
          trainingFiles.map {
            .object([.init("path", .string($0)), .init("sha256", .string(digest))])
          })),
    ])
    try ClassifierDirectory(classifier, tokenizer, trainingArguments: options)
      .write(to: training.folder("model"))
    model = try SentimentModel(classifier, tokenizer)
  }

  var folder: TemporaryFolder { training.folder }

  /// `recur sentiment --model model …`.
  func sentiment(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> RecurProcess.Result {
    try training.recur(
      ["sentiment", "--model", "model"] + arguments, input: input, environment: environment)
  }

  /// Six decimals, as rows have them.
  static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}

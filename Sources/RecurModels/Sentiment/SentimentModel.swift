import RecurData
public import RecurFiles
public import RecurText

/// Scores texts by a trained classifier.
///
///     let sentiment = try SentimentModel(contentsOf: "models/reviews")
///     print(sentiment.score("I want those two hours back.").label)
///
/// A value whose weights are packed once: any number of tasks score with one, without a lock. The
/// score of a text has the same bits whatever is scored beside it.
public struct SentimentModel: Sendable {
  /// The classifier.
  public let scorer: ClassifierScorer
  /// The tokenizer that it was trained with.
  public let tokenizer: Tokenizer
  /// The number of the class that `Sentiment.positive` is about: the one that is called positive, pos,
  /// yes, true or good, in large or small letters; of two classes also the one that is called 1; else
  /// the last.
  public let positiveClass: Int

  /// Puts a model together.
  ///
  /// - Throws: `.badData` for a tokenizer that does not fit.
  public init(_ model: SequenceClassifier, _ tokenizer: Tokenizer) throws(RecurError) {
    guard tokenizer.vocabulary.count == model.vocabularySize else {
      throw RecurError(
        .badData,
        "the tokenizer has \(tokenizer.vocabulary.count) tokens, the model \(model.vocabularySize)",
        hint: "use the tokenizer that the model was trained with")
    }
    scorer = ClassifierScorer(model)
    self.tokenizer = tokenizer
    positiveClass = Self.positiveClass(of: model.configuration.classNames)
  }

  /// Loads the directory of a classifier, see `ClassifierDirectory`.
  ///
  /// - Throws: what `ClassifierDirectory.init(contentsOf:)` throws.
  public init(contentsOf path: String) throws(RecurError) {
    let directory = try ClassifierDirectory(contentsOf: path)
    try self.init(directory.model, directory.tokenizer)
  }

  /// Loads a classifier from the contents of its files, for a model that is part of a program.
  ///
  /// - Parameters:
  ///   - configuration: The bytes of `config.json`.
  ///   - tokenizer: The bytes of `tokenizer.json`.
  ///   - weights: The bytes of `model.safetensors`; weights in F16 or BF16 are widened.
  ///   - name: What messages call it.
  /// - Throws: `.badData` with every problem in one line.
  public init(
    configuration: [UInt8], tokenizer: [UInt8], weights: [UInt8], name: String = "memory"
  ) throws(RecurError) {
    let files = try ModelFiles<SequenceClassifierConfiguration>(
      configuration: configuration, tokenizer: tokenizer, weights: weights, name: name)
    try self.init(
      try SequenceClassifier(files.configuration, from: files.weights), files.tokenizer)
  }

  /// The names of the classes, in the order of `Sentiment.probabilities`.
  public var classNames: [String] { scorer.model.configuration.classNames }

  /// Scores one text, of any length. An empty one has a score too: that of the head's bias.
  public func score(_ text: String) -> Sentiment { scores(of: [text])[0] }

  /// Scores texts side by side, faster than one by one; the results are in their order.
  public func scores(of texts: [String]) -> [Sentiment] {
    sentiments(ofLogits: scorer.logits(of: texts.map { tokenizer.encode($0) }))
  }

  /// The results of logits, (N, C).
  func sentiments(ofLogits logits: [Float]) -> [Sentiment] {
    stride(from: 0, to: logits.count, by: classNames.count).map { first in
      let probabilities = scorer.probabilities(
        ofLogits: logits[first..<first + classNames.count])
      var best = 0
      for (index, probability) in probabilities.enumerated()
      where probability > probabilities[best] {
        best = index
      }
      return Sentiment(
        label: classNames[best], probability: probabilities[best], probabilities: probabilities,
        positive: probabilities[positiveClass])
    }
  }

  private static func positiveClass(of names: [String]) -> Int {
    // Of more than two classes, one that is called 1 need not be above the others.
    names.firstIndex { Polarity($0) == .positive && (names.count == 2 || $0 != "1") }
      ?? names.count - 1
  }
}

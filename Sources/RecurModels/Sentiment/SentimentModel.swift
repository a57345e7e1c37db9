import RecurData
public import RecurFiles
import RecurTensors
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
  /// What its n-grams say; nil for a model without them.
  public let ngrams: NGramTerm?
  /// The number of the class that `Sentiment.positive` is about: the one that is called positive, pos,
  /// yes, true or good, in large or small letters; of two classes also the one that is called 1; else
  /// the last.
  public let positiveClass: Int

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - model: The classifier.
  ///   - tokenizer: The tokenizer that it was trained with.
  ///   - ngrams: The term of its n-grams, for a model whose configuration has an `ngramScale`; else it is
  ///     not looked at. Without it the network says what it says alone.
  /// - Throws: `.badData` for a tokenizer or a term that does not fit.
  public init(
    _ model: SequenceClassifier, _ tokenizer: Tokenizer, ngrams: NGramTerm? = nil
  ) throws(RecurError) {
    guard tokenizer.vocabulary.count == model.vocabularySize else {
      throw RecurError(
        .badData,
        "the tokenizer has \(tokenizer.vocabulary.count) tokens, the model \(model.vocabularySize)",
        hint: "use the tokenizer that the model was trained with")
    }
    if let ngrams, ngrams.classCount != model.configuration.classCount {
      throw RecurError(
        .badData,
        "the n-grams tell \(ngrams.classCount) classes, the model \(model.configuration.classCount)",
        hint: "use the n-grams that were written with the model")
    }
    scorer = ClassifierScorer(model)
    self.ngrams = model.configuration.ngramScale == nil ? nil : ngrams
    self.tokenizer = tokenizer
    positiveClass = Self.positiveClass(of: model.configuration.classNames)
  }

  /// The model of a directory.
  ///
  /// - Throws: `.badData` for a tokenizer or a term that does not fit.
  public init(_ directory: ClassifierDirectory) throws(RecurError) {
    try self.init(directory.model, directory.tokenizer, ngrams: directory.ngrams)
  }

  /// Loads the directory of a classifier, see `ClassifierDirectory`.
  ///
  /// - Throws: what `ClassifierDirectory.init(contentsOf:)` throws.
  public init(contentsOf path: String) throws(RecurError) {
    try self.init(try ClassifierDirectory(contentsOf: path))
  }

  /// Loads a classifier from the contents of its files, for a model that is part of a program.
  ///
  /// - Parameters:
  ///   - configuration: The bytes of `config.json`.
  ///   - tokenizer: The bytes of `tokenizer.json`.
  ///   - weights: The bytes of `model.safetensors`; weights in F16 or BF16 are widened.
  ///   - ngrams: The bytes of `ngrams.safetensors`, for a model that has them.
  ///   - name: What messages call it.
  /// - Throws: `.badData` with every problem in one line.
  public init(
    configuration: [UInt8], tokenizer: [UInt8], weights: [UInt8], ngrams: [UInt8] = [],
    name: String = "memory"
  ) throws(RecurError) {
    let files = try ModelFiles<SequenceClassifierConfiguration>(
      configuration: configuration, tokenizer: tokenizer, weights: weights, name: name)
    try self.init(
      try SequenceClassifier(files.configuration, from: files.weights), files.tokenizer,
      ngrams: try files.configuration.ngrams { () throws(RecurError) in
        try SafetensorsFile(
          bytes: ngrams, path: FolderPath.join(name, ModelDirectory.FileName.ngrams))
      })
  }

  /// The names of the classes, in the order of `Sentiment.probabilities`.
  public var classNames: [String] { scorer.model.configuration.classNames }

  /// Scores one text, of any length. An empty one has a score too: that of the head's bias.
  public func score(_ text: String) -> Sentiment { scores(of: [text])[0] }

  /// Scores texts side by side, faster than one by one; the results are in their order.
  public func scores(of texts: [String]) -> [Sentiment] {
    sentiments(
      ofLogits: scorer.logits(of: texts.map { tokenizer.encode($0) }), ngrams?.logits(of: texts))
  }

  /// The results of the network's logits, (N, C), and of what the n-grams add, (N, C).
  package func sentiments(ofLogits logits: [Float], _ terms: [Float]?) -> [Sentiment] {
    stride(from: 0, to: logits.count, by: classNames.count).map { first in
      let row = first..<first + classNames.count
      let probabilities = scorer.probabilities(
        ofLogits: logits[row], and: terms.map { Array($0[row]) })
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

public import RecurFiles
import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

/// The linear classifier that a network has to beat: logistic regression on words and pairs of words,
/// each weighted by how much more often it stands in texts of a class than in others (Wang and Manning,
/// "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", 2012).
///
///     let baseline = try LinearBaseline(fitting: texts, labels: labels, classCount: 2)
///     let report = try ClassificationReport(
///       labels: testLabels, probabilities: baseline.probabilities(of: testTexts), classCount: 2)
///
/// A text is the set of its words and pairs, f, of zeros and ones. For a class, p is 1 + the sum of f
/// over its texts, q the same over the others, r = log((p / ‖p‖₁) / (q / ‖q‖₁)); the features are
/// r · f, brought to length 1, and the classifier has an L2 penalty of fixed strength. With more than
/// two classes each is told from the rest and their probabilities are brought to the sum 1.
public struct LinearBaseline: Sendable {
  /// C.
  public let classCount: Int
  private var vocabulary = NGramVocabulary()
  /// One for each class, but for two classes only that of class 1.
  private let models: [LogisticDual]

  /// Fits on labelled texts; the same result for the same arguments and any number of threads.
  ///
  /// - Parameters:
  ///   - texts: The texts, (N).
  ///   - labels: The class of each, from 0 to C - 1, (N).
  ///   - classCount: C, at least 2.
  /// - Throws: `.badData` where a label is not a class or fewer than two classes occur.
  public init(fitting texts: [String], labels: [Int], classCount: Int) throws(RecurError) {
    precondition(classCount >= 2, "\(classCount) classes")
    precondition(texts.count == labels.count, "\(texts.count) texts, \(labels.count) labels")
    try ClassLabels.checkForFitting(labels, classCount: classCount)
    self.classCount = classCount
    var rows = SparseRows()
    for text in texts { rows.append(vocabulary.learn(text)) }
    let ngramCount = vocabulary.count
    models = (classCount == 2 ? 1..<2 : 0..<classCount).map { index in
      let isPositive = labels.map { $0 == index }
      return LogisticDual(
        rows, isPositive: isPositive,
        scales: LogisticDual.logCountRatios(
          rows, isPositive: isPositive, columnCount: ngramCount),
        rowScale: .length, cost: Self.cost)
    }
  }

  /// The probability of each class for each text, (N, C) row by row. A text of unknown words alone gets
  /// what the bias says.
  public func probabilities(of texts: [String]) -> [Float] {
    var result = [Float](repeating: 0, count: texts.count * classCount)
    result.withUnsafeMutableBufferPointer { result in
      ThreadTeam.current.forEachPart(of: texts.count) { part in
        for index in part {
          let row = probabilities(of: texts[index])
          for column in 0..<classCount { result[index * classCount + column] = row[column] }
        }
      }
    }
    return result
  }

  /// The n-grams that say most for a class, the strongest first; among equals the first learnt.
  ///
  /// - Parameters:
  ///   - index: The class, from 0 to C - 1.
  ///   - count: The most to name; fewer where fewer speak for the class.
  public func tellingNGrams(of index: Int, count: Int) -> [WeightedNGram] {
    precondition((0..<classCount).contains(index), "class \(index) of \(classCount)")
    let model = models[models.count == 1 ? 0 : index]
    let sign = models.count == 1 && index == 0 ? -1.0 : 1.0
    return model.columns.enumerated()
      .map { (number: $0.offset, weight: sign * $0.element.weight) }
      .filter { $0.weight > 0 }
      .sorted { ($1.weight, $0.number) < ($0.weight, $1.number) }
      .prefix(max(count, 0))
      .map { WeightedNGram(text: vocabulary.spelling(of: $0.number), weight: $0.weight) }
  }

  /// The weight of the loss against the penalty; see LogisticDual. It had the least log loss, among powers
  /// of four, on a held-out tenth of the IMDb training reviews, and was then kept.
  static let cost = 16.0

  private func probabilities(of text: String) -> [Float] {
    let row = vocabulary.known(in: text)
    let ones = models.map { 1 / (1 + exp(-$0.score(of: row[...]))) }
    if ones.count == 1 { return [Float(1 - ones[0]), Float(ones[0])] }
    let sum = ones.reduce(0, +)
    return ones.map { Float($0 / sum) }
  }
}

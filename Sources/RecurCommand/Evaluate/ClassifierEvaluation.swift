import Recur

/// How well a classifier does on labelled files, beside a linear model fitted on its training files.
struct ClassifierEvaluation {
  /// A text that was put into the wrong class.
  struct Mistake {
    var text: String
    var label: Int
    var prediction: Int
    var confidence: Double
  }

  /// The linear model, and what it was fitted on.
  struct Baseline {
    var files: [String]
    var textCount: Int
    var report: ClassificationReport
  }

  let classNames: [String]
  let set: LabelledSet
  let report: ClassificationReport
  /// The network without its n-grams; nil for a model that has none.
  private(set) var network: ClassificationReport?
  /// The most confident mistakes, the surest first.
  private(set) var mistakes: [Mistake] = []
  private(set) var baseline: Baseline?
  /// The texts that occur in the training files too; nil where these are not known.
  private(set) var overlap: TextOverlap?

  /// Measures the model.
  ///
  /// - Parameters:
  ///   - directory: The model.
  ///   - files: The labelled files, taken together.
  ///   - reading: How they are read.
  ///   - mistakeCount: How many mistakes are kept.
  init(
    of directory: ClassifierDirectory, on files: [String], _ reading: LabelledReading,
    mistakeCount: Int
  ) throws(RecurError) {
    let model = try SentimentModel(directory)
    classNames = model.classNames
    let set = try LabelledSet(contentsOf: files, reading, classNames: classNames)
    self.set = set
    var probabilities: [Float] = []
    probabilities.reserveCapacity(set.texts.count * classNames.count)
    var alone: [Float] = []
    var found: [Mistake] = []
    var position = 0
    for begin in stride(from: 0, to: set.texts.count, by: 1024) {
      let texts = Array(set.texts[begin..<min(begin + 1024, set.texts.count)])
      let logits = model.scorer.logits(of: texts.map { model.tokenizer.encode($0) })
      let terms = model.ngrams?.logits(of: texts)
      if terms != nil {
        alone += model.sentiments(ofLogits: logits, nil).flatMap {
          $0.probabilities.map { Float($0) }
        }
      }
      for score in model.sentiments(ofLogits: logits, terms) {
        probabilities += score.probabilities.map { Float($0) }
        let prediction = classNames.firstIndex {
          $0.utf8.elementsEqual(score.label.utf8)
        }
        if let prediction, prediction != set.labels[position] {
          found.append(
            Mistake(
              text: set.texts[position], label: set.labels[position], prediction: prediction,
              confidence: score.probability))
        }
        position += 1
      }
    }
    // The sort is not stable; the position in the files decides among equals.
    mistakes = found.enumerated()
      .sorted { ($1.element.confidence, $0.offset) < ($0.element.confidence, $1.offset) }
      .prefix(mistakeCount).map(\.element)
    report = try ClassificationReport(
      labels: set.labels, probabilities: probabilities, classCount: classNames.count)
    if model.ngrams != nil {
      network = try ClassificationReport(
        labels: set.labels, probabilities: alone, classCount: classNames.count)
    }
  }

  /// Fits the linear model on labelled files and measures it on the same texts; compares the texts.
  ///
  /// - Parameter sha256: What the files must have; nil for any.
  /// - Throws: `.badData` for a file with another SHA-256; what reading the files throws.
  mutating func compare(
    withTraining files: [String], _ reading: LabelledReading, sha256: [String]? = nil
  ) throws(RecurError) {
    let training = try LabelledSet(contentsOf: files, reading, classNames: classNames)
    if let sha256, let other = zip(training.sources, sha256).first(where: { $0.sha256 != $1 })?.0 {
      throw RecurError(
        .badData, "this is not the file that the model was trained on", at: .init(path: other.path),
        hint: "name the training files with --train")
    }
    overlap = TextOverlap(of: set.texts, with: training.texts)
    let linear = try LinearBaseline(
      fitting: training.texts, labels: training.labels, classCount: classNames.count)
    baseline = Baseline(
      files: files, textCount: training.texts.count,
      report: try ClassificationReport(
        labels: set.labels, probabilities: linear.probabilities(of: set.texts),
        classCount: classNames.count))
  }
}

import RecurData
public import RecurFiles
public import RecurModels

extension ClassifierTask {
  /// Texts that are scored between two looks at whether to stop.
  private static let portion = 1024

  /// Scores the held-out texts, fits the temperature and the scale of the n-grams, and measures.
  public func evaluate(
    _ model: SequenceClassifier, isCancelled: () -> Bool
  ) throws(RecurError) -> ClassifierReport? {
    var logits: [Float] = []
    for begin in stride(from: 0, to: validationTokens.count, by: Self.portion) {
      if isCancelled() { return nil }
      let end = min(begin + Self.portion, validationTokens.count)
      logits += model.logits(of: Array(validationTokens[begin..<end]))
    }
    let labels = data.validation.labels
    let classCount = data.classNames.count
    func report(_ logits: [Float], temperature: Double) throws(RecurError) -> ClassificationReport {
      try ClassificationReport(
        labels: labels,
        probabilities: TemperatureScaling(temperature: temperature)
          .probabilities(of: logits, classCount: classCount), classCount: classCount)
    }
    let uncalibratedLogLoss = try report(logits, temperature: 1).logLoss
    guard let validationTerms else {
      let scaling = try TemperatureScaling(fitting: logits, labels: labels, classCount: classCount)
      return ClassifierReport(
        classification: try report(logits, temperature: scaling.temperature),
        temperature: scaling.temperature, uncalibratedLogLoss: uncalibratedLogLoss)
    }
    let scaling = try TermScaling(
      fitting: logits, validationTerms, labels: labels, classCount: classCount)
    return ClassifierReport(
      classification: try report(scaling.logits(logits, validationTerms), temperature: 1),
      temperature: scaling.temperature, ngramScale: scaling.scale,
      uncalibratedLogLoss: uncalibratedLogLoss)
  }
}

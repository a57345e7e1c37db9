import RecurData
public import RecurFiles
public import RecurModels

extension ClassifierTask {
  /// Texts that are scored between two looks at whether to stop.
  private static let portion = 1024

  /// Scores the held-out texts, fits the temperature and measures.
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
    let scaling = try TemperatureScaling(
      fitting: logits, labels: labels, classCount: classCount)
    func report(_ scaling: TemperatureScaling) throws(RecurError) -> ClassificationReport {
      try ClassificationReport(
        labels: labels,
        probabilities: scaling.probabilities(of: logits, classCount: classCount),
        classCount: classCount)
    }
    return ClassifierReport(
      classification: try report(scaling), temperature: scaling.temperature,
      uncalibratedLogLoss: try report(TemperatureScaling(temperature: 1)).logLoss)
  }
}

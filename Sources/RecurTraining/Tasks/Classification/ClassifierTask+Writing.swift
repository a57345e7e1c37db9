import RecurData
public import RecurFiles
public import RecurModels
import RecurTensors

extension ClassifierTask {
  /// Writes a `ClassifierDirectory` of the model with its temperature and its n-grams.
  public mutating func write(
    _ model: SequenceClassifier, _ outcome: TaskOutcome<ClassifierReport>, to path: String
  ) throws(RecurError) {
    // A model that a stop leaves was not measured, and whoever stops does not wait for a comparison.
    let comparison = outcome.report == nil ? self.comparison ?? .init() : try compare(model)
    var model = model
    model.configuration.temperature = outcome.report?.temperature ?? 1
    model.configuration.ngramScale = ngrams.map { _ in outcome.report?.ngramScale ?? 1 }
    var directory = ClassifierDirectory(
      model, tokenizer, ngrams: ngrams, card: card(outcome, comparison),
      trainingArguments: outcome.arguments)
    if let report = outcome.report {
      directory.evaluationResults = try JSONValue(
        encoding: Results(
          report: stored(report.classification), temperature: report.temperature,
          ngramScale: report.ngramScale,
          uncalibratedLogLoss: report.uncalibratedLogLoss, step: outcome.stepCount,
          baseline: comparison.baseline.map(stored), probe: comparison.probe))
    }
    try directory.write(to: path)
  }

  /// A report as files have it: a confusion matrix of many classes would be most of the directory.
  private func stored(_ report: ClassificationReport) -> ClassificationReport {
    var report = report
    if report.confusion.count > 1000 { report.confusion = [] }
    return report
  }

  private struct Results: Encodable {
    var report: ClassificationReport
    var temperature: Double
    var ngramScale: Double?
    var uncalibratedLogLoss: Double
    var step: Int
    var baseline: ClassificationReport?
    var probe: ProbeReport?

    enum CodingKeys: String, CodingKey {
      case temperature
      case ngramScale = "ngram_scale"
      case uncalibratedLogLoss = "uncalibrated_log_loss"
      case step, baseline, probe
    }

    func encode(to encoder: any Encoder) throws {
      try report.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(temperature, forKey: .temperature)
      try values.encodeIfPresent(ngramScale, forKey: .ngramScale)
      try values.encode(uncalibratedLogLoss, forKey: .uncalibratedLogLoss)
      try values.encode(step, forKey: .step)
      try values.encodeIfPresent(baseline, forKey: .baseline)
      try values.encodeIfPresent(probe, forKey: .probe)
    }
  }

  private func card(
    _ outcome: TaskOutcome<ClassifierReport>, _ comparison: ClassifierComparison
  ) -> ModelCard {
    var facts = [
      ModelCard.Fact("Steps", "\(outcome.stepCount)"),
      .init("Seed", "\(options.training.seed)"),
      .init("Classes", classes),
      .init("Held out", heldOut),
      .init("Begun with", begunWith),
      .init("Kernels", Kernels.name),
    ]
    if let ngrams {
      facts.append(
        .init(
          "N-grams",
          "\(ngrams.count) runs of one to three words, times "
            + rounded(outcome.report?.ngramScale ?? 1)))
    }
    if let probe = comparison.probe {
      facts.append(
        .init(
          "Probe",
          "\(probe.unitCount) of \(probe.width) units; the strongest: "
            + probe.units.map { "\($0.position) (\(rounded($0.weight)))" }.joined(separator: ", ")))
    }
    var card = ModelCard(
      datasets: sources.map {
        .init(name: FolderPath.name(of: $0.path), sha256: $0.sha256, byteCount: $0.bytes)
      }, facts: facts)
    if let report = outcome.report?.classification {
      card.metrics = [
        .init(type: "accuracy", name: "Accuracy", value: report.accuracy),
        .init(type: "f1", name: "Macro-F1", value: report.macroF1),
        .init(type: "log_loss", name: "Log loss in nats", value: report.logLoss),
        .init(
          type: "expected_calibration_error", name: "Expected calibration error",
          value: report.expectedCalibrationError),
      ]
      if let area = report.areaUnderROC {
        card.metrics.append(.init(type: "roc_auc", name: "Area under ROC", value: area))
      }
    }
    if let baseline = comparison.baseline {
      card.metrics.append(
        .init(
          type: "baseline_accuracy", name: "Accuracy of a linear classifier on the same texts",
          value: baseline.accuracy))
    }
    return card
  }

  private var classes: String {
    zip(data.classNames, data.training.classCounts).map {
      "\(DisplayText.escaped($0, limit: 60)) (\($1))"
    }.joined(separator: ", ")
  }

  private var heldOut: String {
    if !hasValidation { return "nothing" }
    let count = data.validation.texts.count
    let texts = count == 1 ? "1 text" : "\(count) texts"
    return options.training.validation == nil
      ? "\(texts), \(options.training.validationFraction) of each class"
      : "\(texts) of a file of its own"
  }

  private var begunWith: String {
    if options.isPretrained { return "a language model of the same texts" }
    if let path = options.initFrom { return "the model \(FolderPath.name(of: path))" }
    if let path = options.pretrainedVectors { return "the vectors \(FolderPath.name(of: path))" }
    return "random weights"
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

import Recur

/// A task whose training a person can watch.
protocol ShownTask: TrainingTask {
  /// What the loss is counted in.
  static var lossUnit: String { get }
  /// The columns of the table of evaluations.
  static var heading: [String] { get }

  /// The model and what it is trained on, in titled lines.
  static func rows(of overview: TrainingOverview<Configuration>) -> [(String, String)]
  /// An evaluation, a cell for each column.
  static func cells(of evaluation: TrainingEvaluation<Report>) -> [String]
  /// The best evaluation in a line.
  static func text(of best: Report) -> String
  /// What can be done with the model next.
  static func commands(_ path: String, isStopped: Bool) -> [String]
}

extension LanguageModelTask: ShownTask {
  static var lossUnit: String { "nats/token" }

  static var heading: [String] {
    ["  step", " epoch", "train nats", "valid nats", "bits/char", "perplexity"]
  }

  static func rows(
    of overview: TrainingOverview<LanguageModelConfiguration>
  ) -> [(String, String)] {
    let model = overview.configuration
    let sizes = model.hiddenSizes.map(String.init).joined(separator: ", ")
    let held =
      overview.data.validationTokenCount == 0
      ? "nothing" : NumberText.grouped(overview.data.validationTokenCount)
    return [
      (
        "model",
        "\(model.cell.rawValue), hidden sizes \(sizes), embedding \(model.embeddingSize), "
          + "\(NumberText.short(Double(overview.parameterCount))) parameters"
      ),
      (
        "text",
        "\(NumberText.grouped(overview.data.trainingTokenCount)) tokens to train on, \(held) held "
          + "out, vocabulary \(NumberText.grouped(model.vocabularySize)), coverage "
          + "\(NumberText.fixed(overview.data.coverage * 100, 2)) %"
      ),
    ]
  }

  static func cells(of evaluation: TrainingEvaluation<EvaluationReport>) -> [String] {
    let report = evaluation.report
    return [
      String(evaluation.step), String(evaluation.epoch),
      evaluation.trainingLoss.map { NumberText.fixed($0, 4) } ?? "-",
      NumberText.fixed(report.natsPerToken, 4), NumberText.fixed(report.bitsPerCharacter, 4),
      NumberText.fixed(report.perplexity, 3),
    ]
  }

  static func text(of best: EvaluationReport) -> String {
    "\(NumberText.fixed(best.natsPerCharacter, 4)) nats, "
      + "\(NumberText.fixed(best.bitsPerCharacter, 4)) bits per character on the held-out text"
  }

  static func commands(_ path: String, isStopped: Bool) -> [String] {
    isStopped
      ? ["recur generate \(path)"]
      : [
        "recur generate \(path) --length 500", "recur evaluate \(path) FILE",
        "recur info \(path)",
      ]
  }
}

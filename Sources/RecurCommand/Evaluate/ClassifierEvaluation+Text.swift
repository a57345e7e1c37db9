import Recur

extension ClassifierEvaluation {
  /// The report as people read it.
  func text(mistakesWidth: Int) -> String {
    var text = ""
    for (source, layout) in zip(set.sources, set.layouts) {
      text += "\(DisplayText.escaped(source.path)): \(layout)\n"
    }
    text += "\(NumberText.grouped(report.count)) \(report.count == 1 ? "text" : "texts")\n\n"
    text += summary
    text += "\n" + perClass + "\n" + confusion
    if network != nil {
      text += "\nThe network is the model without its n-grams.\n"
    }
    if let baseline {
      text += "\nThe linear model (words and pairs of words) was fitted on "
      text += "\(NumberText.grouped(baseline.textCount)) texts of "
      text += baseline.files.map { DisplayText.escaped($0) }.joined(separator: ", ") + ".\n"
    }
    if let overlap {
      text +=
        overlap.count == 0
        ? "None of the texts occurs in the training files.\n"
        : "\(NumberText.grouped(overlap.count)) of the \(NumberText.grouped(report.count)) texts "
          + "occur in the training files too: they prove nothing.\n"
    }
    if !mistakes.isEmpty { text += "\nThe most confident mistakes\n" + mistakeLines(mistakesWidth) }
    return text
  }

  private var summary: String {
    func column(_ report: ClassificationReport) -> [String] {
      let interval = report.accuracyInterval
      return [
        NumberText.fixed(report.accuracy * 100, 2) + " %",
        NumberText.fixed(interval.lowerBound * 100, 2) + " to "
          + NumberText.fixed(interval.upperBound * 100, 2),
        NumberText.fixed(report.macroF1, 4),
        report.areaUnderROC.map { NumberText.fixed($0, 4) } ?? "-",
        NumberText.fixed(report.logLoss, 4), NumberText.fixed(report.expectedCalibrationError, 4),
        NumberText.fixed(report.brierScore, 4),
      ]
    }
    let titles = [
      "accuracy", "95 % interval", "macro-F1", "ROC-AUC", "log loss", "calibration error (ECE)",
      "Brier score",
    ]
    var columns = [titles, column(report)]
    var heading = ["", "model"]
    if let network {
      columns.append(column(network))
      heading.append("network")
    }
    if let baseline {
      columns.append(column(baseline.report))
      heading.append("linear")
    }
    let rows = titles.indices.map { row in columns.map { $0[row] } }
    return TextTable.columns([heading] + rows, numeric: [1, 2, 3])
  }

  private var perClass: String {
    let rows = zip(shownNames, report.classes).map { name, measure in
      [
        name, NumberText.grouped(measure.support), NumberText.fixed(measure.precision, 4),
        NumberText.fixed(measure.recall, 4), NumberText.fixed(measure.f1, 4),
      ]
    }
    return TextTable.columns(
      [["class", "texts", "precision", "recall", "F1"]] + rows, numeric: [1, 2, 3, 4])
  }

  private var confusion: String {
    let rows = zip(shownNames, report.confusion).map { name, counts in
      [name] + counts.map { NumberText.grouped($0) }
    }
    return TextTable.columns(
      [["label \\ taken for"] + shownNames] + rows, numeric: Set(1...max(1, classNames.count)))
  }

  private func mistakeLines(_ width: Int) -> String {
    let names = shownNames
    let labels = mistakes.map { "\(names[$0.label]) taken for \(names[$0.prediction])" }
    let line = SentimentLine(
      labels,
      labelLimit: 1 + (labels.map { max($0.columnCount, $0.unicodeScalars.count) }.max() ?? 0),
      width: width)
    return zip(mistakes, labels).map { mistake, label in
      line.shown(mistake.text, label: label, probability: mistake.confidence)
    }.joined()
  }

  private var shownNames: [String] { classNames.map { DisplayText.escaped($0, limit: 24) } }
}

import Recur

extension ClassifierTask: ShownTask {
  static var lossUnit: String { "nats/text" }

  static var heading: [String] {
    [
      "  step", " epoch", "train nats", "train %", "valid nats", "valid %", "macro-F1", "   ECE",
      "temperature",
    ]
  }

  static func rows(
    of overview: TrainingOverview<SequenceClassifierConfiguration>
  ) -> [(String, String)] {
    let model = overview.configuration
    let sizes = model.hiddenSizes.map(String.init).joined(separator: ", ")
    let data = overview.data
    let held = data.validationTextCount ?? 0
    return [
      (
        "model",
        "\(model.isBidirectional ? "bidirectional " : "")\(model.cell.rawValue), hidden sizes \(sizes), "
          + "embedding \(model.embeddingSize), \(model.pooling.rawValue) pooling, "
          + "\(NumberText.short(Double(overview.parameterCount))) parameters"
      ),
      (
        "text",
        "\(NumberText.grouped(data.trainingTextCount ?? 0)) texts to train on, "
          + "\(held == 0 ? "nothing" : NumberText.grouped(held)) held out; "
          + "\(NumberText.grouped(data.trainingTokenCount)) tokens, vocabulary "
          + "\(NumberText.grouped(model.vocabularySize)), coverage "
          + "\(NumberText.fixed(data.coverage * 100, 2)) %"
      ),
    ]
  }

  static func cells(of evaluation: TrainingEvaluation<ClassifierReport>) -> [String] {
    let report = evaluation.report.classification
    return [
      String(evaluation.step), String(evaluation.epoch),
      evaluation.trainingLoss.map { NumberText.fixed($0, 4) } ?? "-",
      evaluation.trainingAccuracy.map { NumberText.fixed($0 * 100, 2) } ?? "-",
      NumberText.fixed(report.logLoss, 4), NumberText.fixed(report.accuracy * 100, 2),
      NumberText.fixed(report.macroF1, 4), NumberText.fixed(report.expectedCalibrationError, 4),
      NumberText.fixed(evaluation.report.temperature, 3),
    ]
  }

  static func text(of best: ClassifierReport) -> String {
    let report = best.classification
    return
      "\(Self.percent(report)) right, macro-F1 \(NumberText.fixed(report.macroF1, 4)), log loss "
      + "\(NumberText.fixed(report.logLoss, 4)), calibration error "
      + NumberText.fixed(report.expectedCalibrationError, 4)
  }

  static func commands(_ path: String, isStopped: Bool) -> [String] {
    isStopped
      ? []
      : [
        "recur sentiment --model \(path) \"I want those two hours back.\"",
        "recur evaluate \(path) FILE --errors 10", "recur info \(path)",
      ]
  }

  /// An accuracy with its interval.
  static func percent(_ report: ClassificationReport) -> String {
    let range = report.accuracyInterval
    return "\(NumberText.fixed(report.accuracy * 100, 2)) % "
      + "(\(NumberText.fixed(range.lowerBound * 100, 1)) to "
      + "\(NumberText.fixed(range.upperBound * 100, 1)))"
  }

  /// How the files were read, which classes there are, what stands beside the network, and what the
  /// embedding began with.
  var dataRows: [(String, String)] {
    var rows = zip(data.sources, data.layouts).map { source, layout in
      ("file", "\(DisplayText.escaped(source.path, limit: 4096)): \(layout)")
    }
    let names = data.classNames.map { DisplayText.escaped($0, limit: 40) }
    let counts = zip(names, data.training.classCounts).prefix(20).map {
      "\($0) \(NumberText.grouped($1))"
    }
    rows.append(
      ("classes", counts.joined(separator: ", ") + (names.count > 20 ? ", …" : "")))
    if let ngrams {
      rows.append(
        (
          "n-grams",
          "\(NumberText.grouped(ngrams.count)) runs of one to three words beside the network"
        ))
    }
    if let vectors {
      rows.append(
        (
          "vectors",
          "\(NumberText.grouped(vectors.pieceCount)) of \(NumberText.grouped(vectors.vocabularySize)) "
            + "pieces, \(NumberText.fixed(vectors.tokenFraction * 100, 2)) % of the tokens that are no space"
        ))
    }
    return rows
  }
}

extension ClassifierTraining.Outcome {
  /// What the model was held against.
  var rows: [(String, String)] {
    var rows: [(String, String)] = []
    if let baseline = comparison?.baseline {
      var text = "\(ClassifierTask.percent(baseline)) right, a linear classifier on words and pairs"
      if let best = summary?.best {
        let gap = (best.classification.accuracy - baseline.accuracy) * 100
        text +=
          gap >= 0
          ? ", \(NumberText.fixed(gap, 2)) points below the model"
          : ", \(NumberText.fixed(-gap, 2)) points above the model"
      }
      rows.append(("baseline", text))
    }
    if let probe = comparison?.probe {
      rows.append(
        (
          "probe",
          "\(NumberText.fixed(probe.accuracy * 100, 2)) % right with \(probe.unitCount) of "
            + "\(probe.width) units; for \(DisplayText.escaped(classNames.last ?? "", limit: 40)): "
            + probe.units.map { "\($0.position) (\(NumberText.fixed($0.weight, 2)))" }
            .joined(separator: ", ")
        ))
    }
    return rows
  }

  /// The members of the JSON document.
  var document: [JSONValue.Member] {
    func report(_ report: ClassifierReport?) -> JSONValue {
      report.flatMap { try? JSONValue(encoding: $0.record(isBest: true)) } ?? .null
    }
    func encoded(_ value: (some Encodable)?) -> JSONValue {
      value.flatMap { try? JSONValue(encoding: $0) } ?? .null
    }
    let ending = summary?.ending ?? pretraining?.ending
    return [
      .init("ending", .optional(ending?.rawValue)),
      .init("steps", .integer(summary?.stepCount ?? 0)),
      .init("epochs", .number(summary?.epochCount ?? 0)),
      .init("seconds", .rounded(summary?.seconds ?? pretraining?.seconds ?? 0, 3)),
      .init("characters_per_second", .rounded(summary?.charactersPerSecond ?? 0, 1)),
      .init("parameter_count", .integer(summary?.parameterCount ?? 0)),
      .init("classes", .strings(classNames)),
      .init("best", report(summary?.best)),
      .init("best_step", summary?.bestStep.map(JSONValue.integer) ?? .null),
      .init("last", report(summary?.last)),
      .init("baseline", encoded(comparison?.baseline)),
      .init("probe", encoded(comparison?.probe)),
      .init("model", .optional(summary?.modelPath)),
      .init("checkpoint", .optional(summary?.checkpointPath)),
    ]
  }
}

import FoundationEssentials
import Recur
import Testing

@Suite struct ClassificationReportTests {
  private func isClose(_ left: Double?, _ right: Double?, within tolerance: Double = 1e-12) -> Bool
  {
    guard let left, let right else { return left == nil && right == nil }
    return abs(left - right) <= tolerance * max(1, abs(right))
  }

  @Test(
    "Every number is scikit-learn's, with ties, a class that never occurs and one never predicted",
    arguments: ["two", "three", "odd"])
  func golden(_ name: String) throws {
    let expected = try GoldenJSON("reports")[name]
    let support = try expected["support"].integers
    let abstentions = try expected["abstentions"].elements
    let labels = try expected["labels"].integers
    let report = try ClassificationReport(
      labels: labels, probabilities: expected["probabilities"].floats, classCount: support.count,
      thresholds: abstentions.map { try $0["threshold"].number })
    #expect(report.count == labels.count)
    for (measured, key) in [
      (report.accuracy, "accuracy"), (report.macroF1, "macro_f1"), (report.logLoss, "log_loss"),
      (report.areaUnderROC, "roc_auc"), (report.brierScore, "brier_score"),
      (report.expectedCalibrationError, "expected_calibration_error"),
    ] {
      try #expect(isClose(measured, expected[key].number), "\(key)")
    }
    #expect(report.classes.map(\.support) == support)
    for (measured, key) in [
      (report.classes.map(\.precision), "precision"), (report.classes.map(\.recall), "recall"),
      (report.classes.map(\.f1), "f1"),
    ] {
      let numbers = try expected[key].numbers
      #expect(measured.count == numbers.count)
      #expect(zip(measured, numbers).allSatisfy { isClose($0, $1) }, "\(key)")
    }
    try #expect(report.confusion.flatMap { $0 } == (expected["confusion"].integers))
    #expect(report.abstentions.count == abstentions.count)
    for (measured, expected) in zip(report.abstentions, abstentions) {
      try #expect(isClose(measured.coverage, expected["coverage"].number))
      try #expect(isClose(measured.accuracy, expected["accuracy"].value.number))
    }
    #expect(report.calibration.count == CalibrationBin.binCount)
    #expect(report.calibration.reduce(0) { $0 + $1.count } == labels.count)
    // Quantiles of 1,000 draws are off by one text at most here.
    let interval = try expected["accuracy_interval"].numbers
    let step = 1.001 / Double(labels.count)
    #expect(isClose(report.accuracyInterval.lowerBound, interval[0], within: step))
    #expect(isClose(report.accuracyInterval.upperBound, interval[1], within: step))
  }

  /// A report on answers of which some are right, all with the same confidence.
  private func report(
    right: Int, of count: Int, seed: UInt64 = 0
  ) throws -> ClassificationReport {
    let labels = (0..<count).map { $0 < right ? $0 % 2 : 1 - $0 % 2 }
    let probabilities = (0..<count).flatMap {
      $0 % 2 == 0 ? [0.75, 0.25] : [0.25, 0.75] as [Float]
    }
    return try ClassificationReport(
      labels: labels, probabilities: probabilities, classCount: 2, seed: seed)
  }

  @Test("The interval of many answers is the normal approximation's, also far from a half")
  func largeInterval() throws {
    for right in [23_000, 12_500, 400] {
      let report = try report(right: right, of: 25_000)
      let fraction = Double(right) / 25_000
      let half = 1.96 * (fraction * (1 - fraction) / 25_000).squareRoot()
      #expect(report.accuracy == fraction)
      #expect(abs(report.accuracyInterval.lowerBound - (fraction - half)) < 0.12 * half)
      #expect(abs(report.accuracyInterval.upperBound - (fraction + half)) < 0.12 * half)
    }
  }

  @Test("The same seed gives the same interval, another seed nearly the same")
  func seeds() throws {
    let reports = try [1, 1, 2].map { try report(right: 8000, of: 10_000, seed: $0) }
    #expect(reports[0] == reports[1])
    #expect(reports[0].accuracyInterval != reports[2].accuracyInterval)
  }

  @Test("Where all or nothing is right the interval is a point")
  func pointInterval() throws {
    try #expect(report(right: 40, of: 40).accuracyInterval == 1...1)
    try #expect(report(right: 0, of: 40).accuracyInterval == 0...0)
  }

  @Test("With one class there is nothing to rank, and the rest is measured")
  func oneClass() throws {
    let report = try ClassificationReport(
      labels: [1, 1], probabilities: [0.25, 0.75, 0.5, 0.5], classCount: 2)
    #expect(report.areaUnderROC == nil)
    // Of equal probabilities the first class counts.
    #expect(report.confusion == [[0, 0], [1, 1]])
    #expect(report.classes[0].precision == 0)
  }

  @Test("A report survives being stored as JSON")
  func codable() throws {
    let report = try ClassificationReport(
      labels: [0, 1, 1], probabilities: [0.5, 0.5, 0.25, 0.75, 0.875, 0.125], classCount: 2,
      thresholds: [0.75, 1])
    let data = try JSONEncoder().encode(report)
    try #expect(JSONDecoder().decode(ClassificationReport.self, from: data) == report)
    let value = try JSONGate.value(from: Array(data), limits: .configuration, path: "report")
    #expect(value["macro_f1"]?.number == report.macroF1)
    #expect(value["classes"]?.elements?.first?["predicted"]?.integer == 2)
  }

  @Test("Labels that are no class and rows that are no probabilities are refused by their position")
  func badInput() throws {
    let fine: [Float] = [0.5, 0.5, 0.25, 0.75]
    for (labels, probabilities, place) in [
      ([], [], "no labelled texts"),
      ([0, 2], fine, "text 1 has the label 2"),
      ([-1, 0], fine, "text 0 has the label -1"),
      ([0, 1], [0.5, 0.5, .nan, 0.5], "text 1 has the probability nan for class 0"),
      ([0, 1], [0.5, 0.5, -0.5, 1.5], "text 1 has the probability -0.5"),
      ([0, 1], [3, -2, 0.5, 0.5], "text 0 has the probability -2.0 for class 1"),
      ([0, 1], [0.5, 0.5, 1, 1], "of text 1 sum to 2.0"),
      ([0, 1], [0.5, 0.5, .infinity, 0], "of text 1 sum to inf"),
    ] as [([Int], [Float], String)] {
      let error = #expect(throws: RecurError.self) {
        try ClassificationReport(labels: labels, probabilities: probabilities, classCount: 2)
      }
      #expect(error?.kind == .badData)
      #expect(error?.what.contains(place) == true, "\(error?.what ?? "")")
    }
  }
}

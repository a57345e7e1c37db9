import Glibc
import Recur
import Testing

@Suite struct L1ProbeTests {
  /// Features between -1 and 1 of which units 3 and 8 decide the label, most of the time; unit 5 is
  /// always 0.
  private func planted(_ count: Int, seed: UInt64) throws -> LabelledFeatures {
    let width = 12
    var generator = SeededGenerator(seed: seed)
    var features = generator.uniform(in: -1...1, shape: [count, width]).scalars.map { Float($0) }
    var labels: [Int] = []
    for row in 0..<count {
      features[row * width + 5] = 0
      let odds = 6 * Double(features[row * width + 3]) - 3 * Double(features[row * width + 8])
      labels.append(generator.uniform() < 1 / (1 + exp(-odds)) ? 1 : 0)
    }
    return try LabelledFeatures(features: features, labels: labels, width: width)
  }

  /// The objective as its definition says.
  private func objective(_ probe: L1Probe, _ examples: LabelledFeatures) -> Double {
    var loss = 0.0
    for row in 0..<examples.count {
      let score = (0..<examples.width).reduce(probe.bias) {
        $0 + probe.weights[$1] * Double(examples.features[row * examples.width + $1])
      }
      loss += log1p(exp(examples.labels[row] == 1 ? -score : score))
    }
    return loss / Double(examples.count)
      + probe.penalty * probe.weights.reduce(0) { $0 + abs($1) }
  }

  @Test("The objective and the units that have a weight are those of scikit-learn's saga")
  func golden() throws {
    let expected = try GoldenJSON("probes")
    let labels = try expected["labels"].integers
    let features = try expected["features"].floats
    let examples = try LabelledFeatures(
      features: features, labels: labels, width: features.count / labels.count)
    for fit in try expected["fits"].elements {
      let probe = try L1Probe(fitting: examples, penalty: fit["penalty"].number)
      let value = try fit["objective"].number
      #expect(abs(objective(probe, examples) - value) < 1e-6 * value)
      let weights = try fit["weights"].numbers
      #expect(probe.weights.map { $0 == 0 } == weights.map { $0 == 0 }, "\(probe.penalty)")
      #expect(zip(probe.weights, weights).allSatisfy { abs($0 - $1) < 0.02 }, "\(probe.penalty)")
    }
  }

  @Test("The units that decide are found, with their signs, and held-out texts are told apart")
  func findsUnits() throws {
    let probe = try L1Probe(
      fitting: planted(2000, seed: 1), validation: planted(1000, seed: 2))
    let strongest = probe.strongestUnits(2)
    #expect(strongest.map(\.unit) == [3, 8])
    #expect(abs(strongest[0].weight - 6) < 1 && abs(strongest[1].weight + 3) < 1)
    #expect(probe.weights[5] == 0)
    #expect(probe.strongestUnits(100).count == probe.weights.count { $0 != 0 })
    let heldOut = try planted(1000, seed: 3)
    let report = try ClassificationReport(
      labels: heldOut.labels, probabilities: probe.probabilities(of: heldOut.features),
      classCount: 2)
    #expect(probe.accuracy(on: heldOut) == report.accuracy)
    #expect(report.accuracy > 0.8)
    #expect(report.expectedCalibrationError < 0.06)
  }

  @Test("The penalty is the one of the path with the least validation loss")
  func path() throws {
    let (examples, validation) = (try planted(300, seed: 4), try planted(300, seed: 5))
    let probe = try L1Probe(fitting: examples, validation: validation)
    let best = try #require(probe.path.min { $0.validationLogLoss < $1.validationLogLoss })
    #expect(probe.penalty == best.penalty)
    #expect(best.unitCount == probe.weights.count { $0 != 0 })
    #expect(best.validationAccuracy == probe.accuracy(on: validation))
    #expect(best.penalty < probe.path[0].penalty)
    for (stronger, weaker) in zip(probe.path, probe.path.dropFirst()) {
      #expect(abs(weaker.penalty / stronger.penalty - pow(10, -0.25)) < 1e-9)
    }
    // Beginning where the stronger penalty ended leads to the same place.
    let alone = try L1Probe(fitting: examples, penalty: best.penalty)
    #expect(
      abs(objective(alone, examples) - objective(probe, examples))
        < 1e-6 * objective(alone, examples))
  }

  @Test("Under a strong penalty only the bias is left, which says how often label 1 occurs")
  func strongPenalty() throws {
    let examples = try planted(200, seed: 6)
    let probe = try L1Probe(fitting: examples, penalty: 5)
    #expect(probe.weights.allSatisfy { $0 == 0 })
    #expect(probe.strongestUnits(3).isEmpty)
    let ones = Double(examples.labels.reduce(0, +)) / 200
    let probabilities = probe.probabilities(of: Array(examples.features[..<examples.width]))
    #expect(abs(Double(probabilities[1]) - ones) < 1e-6)
  }

  @Test("A path ends where the validation loss has risen twice in a row, not before")
  func pathEnd() throws {
    let probe = try L1Probe(fitting: planted(60, seed: 9), validation: planted(500, seed: 10))
    let losses = probe.path.map(\.validationLogLoss)
    try #require(losses.count >= 3 && losses.count < 12)
    #expect(losses[losses.count - 1] > losses[losses.count - 2])
    #expect(losses[losses.count - 2] > losses[losses.count - 3])
    #expect(probe.penalty == probe.path[losses.count - 3].penalty)
  }

  @Test("A class that is rare and sure, where whole Newton steps go too far, is fitted to the end")
  func rareClass() throws {
    let count = 1000
    let examples = try LabelledFeatures(
      features: (0..<count).map { $0 == 0 ? 10 : 0 },
      labels: (0..<count).map { $0 == 0 ? 1 : 0 }, width: 1)
    let penalty = 1e-4
    let probe = try L1Probe(fitting: examples, penalty: penalty)
    // Both derivatives are 0 where the rare text misses 1 by N · penalty / 10, and all others together
    // miss 0 by as much.
    let miss = Double(count) * penalty / 10
    let others = miss / Double(count - 1)
    let bias = log(others / (1 - others))
    #expect(abs(probe.bias - bias) < 0.01)
    #expect(abs(probe.weights[0] - (log((1 - miss) / miss) - bias) / 10) < 0.001)
  }

  @Test("Classes that a plane parts end in finite weights")
  func separable() throws {
    let features = (0..<40).flatMap { [$0 < 20 ? -1 : 1, Float($0 % 7) / 7] as [Float] }
    let examples = try LabelledFeatures(
      features: features, labels: (0..<40).map { $0 < 20 ? 0 : 1 }, width: 2)
    let probe = try L1Probe(fitting: examples, penalty: 1e-4)
    #expect(probe.weights.allSatisfy { $0.isFinite })
    #expect(probe.accuracy(on: examples) == 1)
    // At the minimum of log(1 + exp(-w)) + penalty · w the derivative is 0.
    #expect(abs(probe.weights[0] - log(1 / 1e-4 - 1)) < 0.01)
  }

  @Test("Features that are all alike give a probe without units")
  func constantFeatures() throws {
    let examples = try LabelledFeatures(
      features: [Float](repeating: 0, count: 12), labels: [0, 1, 1, 1], width: 3)
    let probe = try L1Probe(fitting: examples, validation: examples)
    #expect(probe.path.isEmpty)
    #expect(probe.weights == [0, 0, 0])
    #expect(probe.accuracy(on: examples) == 0.75)
  }

  @Test("The result is the same bits for any number of threads")
  func threads() throws {
    let (examples, validation) = (try planted(2500, seed: 7), try planted(100, seed: 8))
    let probes = try [1, 2, 3].map { threads in
      try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        try L1Probe(fitting: examples, validation: validation)
      }
    }
    #expect(probes[0] == probes[1])
    #expect(probes[0] == probes[2])
  }

  @Test("Features that are not numbers, labels other than 0 and 1, and one class are refused")
  func badInput() throws {
    for (features, labels) in [
      ([1, .nan], [0, 1]), ([1, -.infinity], [0, 1]), ([1, 2], [0, 2]), ([], []),
    ] as [([Float], [Int])] {
      let error = #expect(throws: RecurError.self) {
        try LabelledFeatures(features: features, labels: labels, width: 1)
      }
      #expect(error?.kind == .badData)
    }
    let oneClass = try LabelledFeatures(features: [1, 2], labels: [1, 1], width: 1)
    let error = #expect(throws: RecurError.self) { try L1Probe(fitting: oneClass, penalty: 0.1) }
    #expect(error?.kind == .badData)
  }
}

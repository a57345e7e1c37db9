import FoundationEssentials
import Recur
import Testing

@Suite struct TemperatureScalingTests {
  /// Labels drawn from the softmax of logits, and those logits times a factor, (N, 3).
  private func drawn(
    _ count: Int, times factor: Float, seed: UInt64
  ) -> (logits: [Float], labels: [Int]) {
    var generator = SeededGenerator(seed: seed)
    let logits = generator.uniform(in: -3...3, shape: [count, 3]).scalars.map { Float($0) }
    let fair = TemperatureScaling(temperature: 1).probabilities(of: logits, classCount: 3)
    let labels = (0..<count).map { row in
      let point = Float(generator.uniform())
      return point < fair[row * 3] ? 0 : point < fair[row * 3] + fair[row * 3 + 1] ? 1 : 2
    }
    return (logits.map { factor * $0 }, labels)
  }

  private func report(
    _ temperature: Double, _ logits: [Float], _ labels: [Int]
  ) throws -> ClassificationReport {
    try ClassificationReport(
      labels: labels,
      probabilities: TemperatureScaling(temperature: temperature)
        .probabilities(of: logits, classCount: 3),
      classCount: 3)
  }

  @Test(
    "The temperature is the one that scipy's search finds",
    arguments: ["over_confident", "under_confident"])
  func golden(_ name: String) throws {
    let expected = try GoldenJSON("temperatures")[name]
    let logits = try expected["logits"].floats
    let labels = try expected["labels"].integers
    let scaling = try TemperatureScaling(fitting: logits, labels: labels, classCount: 3)
    let temperature = try expected["temperature"].number
    #expect(abs(scaling.temperature - temperature) < 1e-6 * temperature)
    let before = try report(1, logits, labels).logLoss
    let after = try report(scaling.temperature, logits, labels).logLoss
    try #expect(abs(before - (expected["log_loss_before"].number)) < 1e-6)
    try #expect(abs(after - (expected["log_loss"].number)) < 1e-6)
    let probabilities = scaling.probabilities(of: logits, classCount: 3)
    for (measured, value) in zip(probabilities, try expected["probabilities"].numbers) {
      #expect(abs(Double(measured) - value) < 1e-6)
    }
  }

  @Test(
    "A known temperature is recovered, and the calibration error falls on other texts",
    arguments: [Float(4), 0.4])
  func recovers(_ factor: Float) throws {
    let (logits, labels) = drawn(6000, times: factor, seed: 3)
    let scaling = try TemperatureScaling(fitting: logits, labels: labels, classCount: 3)
    #expect(abs(scaling.temperature / Double(factor) - 1) < 0.06, "\(scaling.temperature)")
    let (others, otherLabels) = drawn(6000, times: factor, seed: 4)
    let before = try report(1, others, otherLabels)
    let after = try report(scaling.temperature, others, otherLabels)
    #expect(before.expectedCalibrationError > 0.1)
    #expect(after.expectedCalibrationError < 0.03)
    #expect(after.logLoss < before.logLoss)
    #expect(after.confusion == before.confusion)
  }

  @Test("The validation log loss never rises, whatever the logits")
  func neverRaises() throws {
    for seed in 0..<20 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let scale = [0.01, 1, 30, 1000][Int(seed % 4)]
      let logits = generator.uniform(in: -scale...scale, shape: [8, 3]).scalars.map { Float($0) }
      let labels = (0..<8).map { _ in Int(generator.uniform() * 3) }
      let scaling = try TemperatureScaling(fitting: logits, labels: labels, classCount: 3)
      #expect(TemperatureScaling.range.contains(scaling.temperature))
      let (before, after) = (
        try report(1, logits, labels).logLoss,
        try report(scaling.temperature, logits, labels).logLoss
      )
      #expect(after <= before + 1e-6 * before, "seed \(seed)")
    }
  }

  @Test("Where every label is right the coldest temperature is taken, where none the hottest")
  func bounds() throws {
    let logits: [Float] = [2, 0, 0, 1]
    let right = try TemperatureScaling(fitting: logits, labels: [0, 1], classCount: 2)
    let wrong = try TemperatureScaling(fitting: logits, labels: [1, 0], classCount: 2)
    #expect(abs(right.temperature - TemperatureScaling.range.lowerBound) < 1e-6)
    #expect(abs(wrong.temperature - TemperatureScaling.range.upperBound) < 1e-6)
  }

  @Test("Logits that say nothing leave the temperature at 1")
  func constantLogits() throws {
    let scaling = try TemperatureScaling(
      fitting: [5, 5, 5, 5], labels: [0, 1], classCount: 2)
    #expect(scaling.temperature == 1)
  }

  @Test("Great logits do not overflow")
  func greatLogits() {
    let probabilities = TemperatureScaling(temperature: 0.5)
      .probabilities(of: [3e38, -3e38, 1e30, 1e30], classCount: 2)
    #expect(probabilities == [1, 0, 0.5, 0.5])
  }

  @Test("Logits that are not numbers and labels that are no class are refused")
  func badInput() {
    for (logits, labels) in [
      ([0, .nan], [1]), ([.infinity, 0], [0]), ([0, 1], [2]), ([], []),
    ] as [([Float], [Int])] {
      let error = #expect(throws: RecurError.self) {
        try TemperatureScaling(fitting: logits, labels: labels, classCount: 2)
      }
      #expect(error?.kind == .badData)
    }
  }

  @Test("A stored temperature comes back, and one that cannot be is refused")
  func codable() throws {
    let scaling = TemperatureScaling(temperature: 1.75)
    let data = try JSONEncoder().encode([scaling])
    #expect(String(decoding: data, as: UTF8.self) == "[1.75]")
    try #expect(JSONDecoder().decode([TemperatureScaling].self, from: data) == [scaling])
    for text in ["[0]", "[-1]"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([TemperatureScaling].self, from: Data(text.utf8))
      }
    }
  }
}

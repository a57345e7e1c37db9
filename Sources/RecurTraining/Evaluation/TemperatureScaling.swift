public import RecurFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Calibration by one number: the logits are divided by a temperature before the softmax, which
/// changes how sure a classifier is and never which class it names (Guo and others, "On Calibration
/// of Modern Neural Networks", 2017).
public struct TemperatureScaling: Sendable, Equatable, Codable {
  /// What a fit may give. Without bounds, logits that are right about every text would ask for a
  /// temperature of 0.
  public static let range = 0.05...20.0

  static let inverseRange = 1 / range.upperBound...1 / range.lowerBound

  /// Above 1 makes less sure, below 1 more.
  public let temperature: Double

  /// Takes a temperature, which must be above 0 and finite.
  public init(temperature: Double) {
    precondition(temperature > 0 && temperature.isFinite, "the temperature \(temperature)")
    self.temperature = temperature
  }

  /// Fits the temperature that gives labels the least log loss, within `range`.
  ///
  /// The loss is convex in b = 1 / temperature, and its least is found in double precision.
  ///
  /// - Parameters:
  ///   - logits: Of texts that the classifier was not trained on, (N, C) row by row.
  ///   - labels: The class of each text, from 0 to C - 1, (N).
  ///   - classCount: C, at least 2.
  /// - Throws: `.badData` where there is no text, a label is not a class or a logit not finite.
  public init(fitting logits: [Float], labels: [Int], classCount: Int) throws(RecurError) {
    precondition(classCount >= 2, "\(classCount) classes")
    precondition(
      logits.count == labels.count * classCount,
      "\(logits.count) logits for (\(labels.count), \(classCount))")
    try Self.check(logits, labels, classCount)
    let loss = ScaledSumLoss(parts: [logits], labels: labels, classCount: classCount)
    let inverse = loss.minimum(within: [Self.inverseRange], from: [1])[0]
    temperature = min(max(1 / inverse, Self.range.lowerBound), Self.range.upperBound)
  }

  /// Checks what a calibration is fitted on.
  static func check(
    _ logits: [Float], _ labels: [Int], _ classCount: Int
  ) throws(RecurError) {
    try ClassLabels.check(labels, classCount: classCount)
    if let position = logits.firstIndex(where: { !$0.isFinite }) {
      throw RecurError(
        .badData, "text \(position / classCount) has the logit \(logits[position])",
        hint: "the model is broken; train it again with a lower learning rate")
    }
  }

  /// Reads a stored temperature; fails unless it is above 0 and finite.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer().decode(Double.self)
    guard value > 0, value.isFinite else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a temperature is above 0"))
    }
    temperature = value
  }

  /// Stores the temperature as a number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(temperature)
  }

  /// The softmax of logits divided by the temperature.
  ///
  /// - Parameters:
  ///   - logits: Finite, (N, C) row by row.
  ///   - classCount: C.
  /// - Returns: Probabilities, (N, C); each row sums to 1 but for rounding.
  public func probabilities(of logits: [Float], classCount: Int) -> [Float] {
    precondition(
      classCount >= 1 && logits.count.isMultiple(of: classCount),
      "\(logits.count) logits for \(classCount) classes")
    var result: [Float] = []
    result.reserveCapacity(logits.count)
    for begin in stride(from: 0, to: logits.count, by: classCount) {
      let row = logits[begin..<begin + classCount]
      let most = Double(row.max() ?? 0)
      let weights = row.map { exp((Double($0) - most) / temperature) }
      let sum = weights.reduce(0, +)
      result.append(contentsOf: weights.map { Float($0 / sum) })
    }
    return result
  }
}

import RecurFiles

/// Calibration of a network's logits z and a term u that is added to them, by two numbers:
///
///     softmax(z / temperature + scale · u)
///
/// which say how sure the sum is and whom of the two it heeds how much.
struct TermScaling {
  /// What the scale of the term may be. A term that misleads is heeded not at all.
  static let scaleRange = 0.0...20.0

  /// See `TemperatureScaling`.
  let temperature: Double
  /// What the term is multiplied by.
  let scale: Double

  /// Fits the numbers that give labels the least log loss, each within its range.
  ///
  /// - Parameters:
  ///   - logits: z of texts that neither the network nor the term was fitted on, (N, C) row by row.
  ///   - terms: u of the same texts, (N, C).
  ///   - labels: The class of each text, from 0 to C - 1, (N).
  ///   - classCount: C, at least 2.
  /// - Throws: `.badData` where there is no text, a label is not a class or a logit not finite.
  init(
    fitting logits: [Float], _ terms: [Float], labels: [Int], classCount: Int
  ) throws(RecurError) {
    try TemperatureScaling.check(logits, labels, classCount)
    let fitted = ScaledSumLoss(parts: [logits, terms], labels: labels, classCount: classCount)
      .minimum(within: [TemperatureScaling.inverseRange, Self.scaleRange], from: [1, 0])
    (temperature, scale) = (1 / fitted[0], fitted[1])
  }

  /// The logits of the sum: their softmax are the probabilities, (N, C).
  func logits(_ logits: [Float], _ terms: [Float]) -> [Float] {
    zip(logits, terms).map { Float(Double($0) / temperature + scale * Double($1)) }
  }
}

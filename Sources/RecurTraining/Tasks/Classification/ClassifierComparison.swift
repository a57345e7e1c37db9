import RecurFiles
import RecurModels

/// What a trained classifier is held against: others that were fitted on the same texts.
public struct ClassifierComparison: Sendable {
  /// The linear classifier on words and pairs of words, measured on the held-out texts; nil where it was
  /// not asked for.
  public var baseline: ClassificationReport?
  /// The logistic probe on the frozen state; nil unless the core is frozen and there are two classes.
  public var probe: ProbeReport?
}

/// What a logistic probe with an L1 penalty found in the pooled state of a frozen core.
public struct ProbeReport: Sendable, Equatable, Codable {
  /// The part of the held-out texts that it takes for their class. The penalty was chosen on them, so
  /// it is a little too good.
  public var accuracy: Double
  /// The penalty.
  public var penalty: Double
  /// How many units have a weight.
  public var unitCount: Int
  /// The width of the state.
  public var width: Int
  /// The units with the largest weights, the first ten.
  public var units: [Unit]

  /// A unit of the pooled state.
  public struct Unit: Sendable, Equatable, Codable {
    /// Its position in the pooled state, from 0.
    public var position: Int
    /// What an activation of 1 adds to the log odds of the second class.
    public var weight: Double
  }

  enum CodingKeys: String, CodingKey {
    case accuracy, penalty
    case unitCount = "unit_count"
    case width, units
  }

  /// Fits a probe on the state that a model has after each text.
  ///
  /// - Throws: `.badData` where a state is not finite.
  init(
    of model: SequenceClassifier, _ training: (tokens: [[Int32]], labels: [Int]),
    validation: (tokens: [[Int32]], labels: [Int])
  ) throws(RecurError) {
    width = model.configuration.pooledSize
    let held = try LabelledFeatures(
      features: model.features(of: validation.tokens), labels: validation.labels, width: width)
    let probe = try L1Probe(
      fitting: LabelledFeatures(
        features: model.features(of: training.tokens), labels: training.labels, width: width),
      validation: held)
    accuracy = probe.accuracy(on: held)
    penalty = probe.penalty
    unitCount = probe.weights.count { $0 != 0 }
    units = probe.strongestUnits(10).map { Unit(position: $0.unit, weight: $0.weight) }
  }
}

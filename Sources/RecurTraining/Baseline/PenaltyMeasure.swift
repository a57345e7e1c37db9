/// What one penalty of a path gave.
public struct PenaltyMeasure: Sendable, Equatable, Codable {
  /// The penalty.
  public var penalty: Double
  /// How many units have a weight.
  public var unitCount: Int
  /// The mean log loss on the validation texts, in nats.
  public var validationLogLoss: Double
  /// The fraction of the validation texts that is right.
  public var validationAccuracy: Double

  enum CodingKeys: String, CodingKey {
    case penalty
    case unitCount = "units"
    case validationLogLoss = "validation_log_loss"
    case validationAccuracy = "validation_accuracy"
  }
}

/// A unit of a model's state, and how much it says for class 1.
public struct WeightedUnit: Sendable, Equatable {
  /// Its position in the state, from 0.
  public var unit: Int
  /// What an activation of 1 adds to the log odds of class 1.
  public var weight: Double
}

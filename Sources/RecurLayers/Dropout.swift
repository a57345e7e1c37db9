public import RecurGradients
public import RecurTensors

/// Drops elements at random, in training only: on a tape it acts, on none it does nothing.
public struct Dropout: Module {
  /// The probability of each element to be dropped, from 0 up to, not including, 1.
  public let probability: Real

  /// Makes a layer without parameters.
  public init(probability: Real) {
    precondition((0..<1).contains(probability), "dropout with probability \(probability)")
    self.probability = probability
  }

  /// Visits nothing.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {}

  /// Drops elements, and divides the others by the probability to stay.
  public func callAsFunction(_ x: Variable) -> Variable {
    x.dropout(probability: probability)
  }
}

/// What the learning rate of each parameter is multiplied by.
///
///     trainer.rateFactors = LearningRateFactors { $0.hasPrefix("embedding.") ? 0 : 1 }
///
/// The factor 0 freezes a parameter.
public struct LearningRateFactors: Sendable {
  private let factor: (@Sendable (String) -> Double)?

  /// 1 for every parameter.
  public init() {
    factor = nil
  }

  /// Takes the factor of each parameter from its name; at least 0 and finite.
  public init(_ factor: @escaping @Sendable (_ name: String) -> Double) {
    self.factor = factor
  }

  /// The factor of a parameter.
  public subscript(name: String) -> Double {
    guard let value = factor?(name) else { return 1 }
    precondition(value >= 0 && value.isFinite, "the learning rate of \(name) times \(value)")
    return value
  }

  /// Says which parameters are frozen; nil where all factors are 1.
  var isFrozen: ((String) -> Bool)? {
    factor == nil ? nil : { self[$0] == 0 }
  }
}

/// Watches a validation loss for improvement: the memory behind the schedule `plateau`, and behind
/// early stopping.
public struct PlateauState: Sendable, Codable, Equatable {
  /// The least loss so far; nil before the first.
  public private(set) var best: Double?
  /// Losses since then that were no improvement.
  public private(set) var failures = 0
  /// The product of all reductions.
  public private(set) var factor = 1.0

  /// Starts without a loss.
  public init() {}

  /// Takes in a loss.
  ///
  /// - Parameters:
  ///   - loss: The next loss.
  ///   - threshold: The part of the best loss by which a loss must lie below it to count as an
  ///     improvement.
  /// - Returns: Whether it is an improvement.
  @discardableResult
  public mutating func observe(_ loss: Double, threshold: Double = 0) -> Bool {
    if !loss.isFinite || !(loss < (best ?? .infinity) * (1 - threshold)) {
      failures += 1
      return false
    }
    best = loss
    failures = 0
    return true
  }

  /// Multiplies the factor by `reduction` once more than `patience` losses were no improvement.
  public mutating func reduce(by reduction: Double, patience: Int) {
    if failures > patience {
      factor *= reduction
      failures = 0
    }
  }
}

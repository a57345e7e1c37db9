import RecurTensors

/// How the learning rate goes during a run: a factor for each step.
///
/// During the warm-up the factor rises linearly to 1; then it follows the shape. `linear` and `cosine`
/// go from 1 to `finalFraction` over the rest of the run; `plateau` stays until the validation stops
/// improving (see `PlateauState`).
public struct Schedule: Sendable, Codable, Equatable {
  /// The course after the warm-up.
  public enum Shape: String, Sendable, Codable, CaseIterable {
    /// Stays.
    case constant
    /// Falls in a straight line.
    case linear
    /// Falls along half a cosine wave (Loshchilov and Hutter, 2017).
    case cosine
    /// Falls by a factor each time the validation stops improving.
    case plateau
  }

  /// The course after the warm-up.
  public var shape: Shape
  /// Steps of the warm-up; 0 for none.
  public var warmup: Int
  /// Steps of the whole run, the warm-up included; nil where the caller gives the progress itself.
  public var totalSteps: Int?
  /// Where `linear` and `cosine` end, and below which `plateau` does not fall.
  public var finalFraction: Double

  /// Makes a schedule.
  public init(
    _ shape: Shape = .constant, warmup: Int = 0, totalSteps: Int? = nil, finalFraction: Double = 0
  ) {
    self.shape = shape
    self.warmup = warmup
    self.totalSteps = totalSteps
    self.finalFraction = finalFraction
  }

  /// Always the optimizer's own learning rate.
  public static let constant = Schedule()

  /// The factor of a step.
  ///
  /// - Parameters:
  ///   - step: Steps done before it.
  ///   - progress: The part of the run that is over, from 0 to 1, where that is not told by steps: a
  ///     run with a time budget falls by the clock.
  ///   - plateau: What `plateau` has come down to.
  public func factor(step: Int, progress: Double? = nil, plateau: Double = 1) -> Double {
    if step < warmup { return Double(step + 1) / Double(warmup) }
    switch shape {
    case .constant: return 1
    case .plateau: return max(plateau, finalFraction)
    case .linear: return 1 - (1 - finalFraction) * fraction(step, progress)
    case .cosine:
      return finalFraction + (1 - finalFraction) * (1 + cosine(.pi * fraction(step, progress))) / 2
    }
  }

  /// The part of the way down that is behind, from 0 to 1.
  private func fraction(_ step: Int, _ progress: Double?) -> Double {
    if let progress { return min(max(progress, 0), 1) }
    guard let totalSteps, totalSteps > warmup else { return 0 }
    return min(Double(step - warmup) / Double(totalSteps - warmup), 1)
  }
}

/// How long a run is.
public enum TrainingDuration: Sendable, Equatable, CustomStringConvertible {
  /// Passes over the text.
  case epochs(Int)
  /// Optimizer steps.
  case steps(Int)
  /// Minutes of wall clock, evaluations included. The learning rate then falls by the clock, so that
  /// it is down at the end on any machine; two such runs are not the same to the bit.
  case minutes(Double)

  /// The steps of the run, where they are known before.
  public func totalSteps(stepsPerEpoch: Int) -> Int? {
    switch self {
    case .epochs(let epochs): epochs.multipliedReportingOverflow(by: stepsPerEpoch).partialValue
    case .steps(let steps): steps
    case .minutes: nil
    }
  }

  /// `10 epochs`, `1000 steps` or `2.0 minutes`.
  public var description: String {
    switch self {
    case .epochs(let count): count == 1 ? "1 epoch" : "\(count) epochs"
    case .steps(let count): count == 1 ? "1 step" : "\(count) steps"
    case .minutes(let count): count == 1 ? "1 minute" : "\(count) minutes"
    }
  }
}

import Synchronization

/// A request to stop a training, from a signal handler or another thread.
///
/// The training looks at it after each step, saves a checkpoint and returns.
public final class StopRequest: Sendable {
  private let flag = Atomic(false)

  /// Makes a request that has not been made.
  public init() {}

  /// Asks for the stop. Safe to call from a signal handler.
  public func make() {
    flag.store(true, ordering: .relaxed)
  }

  /// Whether the stop has been asked for.
  public var isMade: Bool { flag.load(ordering: .relaxed) }
}

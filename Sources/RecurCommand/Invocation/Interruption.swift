import Glibc
import Recur
import Synchronization

/// The wish of the user, or of the system, that we stop: the first signal asks, the second ends the
/// process at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// What a long work looks at between its steps.
  static let stop = StopRequest()

  /// The signal that has arrived: SIGINT, SIGTERM or nil.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// The exit code of a process that a signal ended.
  static func exitCode(of signal: Int32) -> Int32 { 128 + signal }

  /// Catches SIGINT and SIGTERM from here on.
  static func listen() {
    // The first access initialises; inside a handler that would not be safe.
    received.store(0, ordering: .relaxed)
    _ = stop.isMade
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      if Interruption.received.exchange(number, ordering: .relaxed) != 0 {
        _exit(Interruption.exitCode(of: number))
      }
      Interruption.stop.make()
    }
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }
}

/// A command that a signal has ended, after everything was saved.
struct Interrupted: Error {
  let signal: Int32
}

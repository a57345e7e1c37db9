import Glibc
import Recur
import Synchronization

/// The wish of the user, or of the system, that we stop: the first signal asks, the second ends the
/// process at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  /// The address of the path of a file that goes with the process, or 0.
  private static let unfinished = Atomic<UInt>(0)

  /// What a long work looks at between its steps.
  static let stop = StopRequest()

  /// The signal that has arrived: SIGINT, SIGTERM, SIGHUP or nil.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// The exit code of a process that a signal ended.
  static func exitCode(of signal: Int32) -> Int32 { 128 + signal }

  /// Catches SIGINT, SIGTERM and SIGHUP from here on.
  static func listen() {
    // The first access initialises; inside a handler that would not be safe.
    received.store(0, ordering: .relaxed)
    _ = stop.isMade
    unfinished.store(0, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      if let path = UnsafePointer<CChar>(
        bitPattern: Interruption.unfinished.load(ordering: .acquiring))
      {
        unlink(path)
        _exit(Interruption.exitCode(of: number))
      }
      if Interruption.received.exchange(number, ordering: .relaxed) != 0 {
        _exit(Interruption.exitCode(of: number))
      }
      Interruption.stop.make()
    }
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // A terminal that is closed asks as well, unless `nohup` has said that it does not.
    var before = sigaction()
    sigaction(SIGHUP, nil, &before)
    let isIgnored =
      unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    if !isIgnored { sigaction(SIGHUP, &action, nil) }
  }

  /// Runs `body`, in which there is nothing to save: after `listen`, the first signal ends the process
  /// at once, however long a read or a computation would take, and removes what is being written.
  static func removing<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
    // Never freed: a signal may come to another thread at that moment.
    unfinished.store(UInt(bitPattern: strdup(path)), ordering: .releasing)
    defer { unfinished.store(0, ordering: .releasing) }
    return try body()
  }
}

/// A command that a signal has ended, after everything was saved.
struct Interrupted: Error {
  let signal: Int32
}

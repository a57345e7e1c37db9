/// Standard output for text that comes in small pieces: they are gathered and written a hundred times a second at
/// most, which nobody sees, because a call of the system for every character takes as long as a small model does, and
/// whoever reads a pipe is woken by each.
struct PacedOutput {
  /// Seconds from one writing to the next.
  private static let interval = 0.01

  private var pending: [UInt8] = []
  private var last = -Double.infinity

  /// Takes text, and writes what there is when it is time.
  mutating func write(_ text: String) throws {
    pending.append(contentsOf: text.utf8)
    let now = MonotonicClock.seconds
    if now - last < Self.interval { return }
    try flush()
    last = now
  }

  /// Writes what has been gathered.
  mutating func flush() throws {
    try StandardStream.output.write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}

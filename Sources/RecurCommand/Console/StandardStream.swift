import Glibc
import RecurFiles

/// Whoever read our standard output has gone: there is nothing left to do, and nothing to report.
struct OutputClosed: Error {}

/// Standard output, which is for data, and standard error, which is for everything else.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Whether a person looks at it.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes all the bytes.
  ///
  /// - Throws: `OutputClosed` where the reader has gone, `.inputOutput` for a full disk and the like.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(rawValue, base + done, bytes.count - done)
      if count > 0 {
        done += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE: throw OutputClosed()
      case EAGAIN:
        var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
      case let code:
        throw RecurError(
          .inputOutput, "cannot write to the standard output: \(String(cString: strerror(code)))",
          hint: "check where the output goes, and that there is space left")
      }
    }
  }

  /// Whether a person types our standard input.
  static var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Writes bytes.
  func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Writes text.
  func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes text where a failure is nobody's business: a message that cannot be shown.
  func show(_ text: String) {
    try? write(text)
  }

  /// The columns of the terminal; 80 where that is not known.
  var width: Int {
    var size = winsize()
    if ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return Environment.value("COLUMNS").flatMap(Int.init).map { min(max($0, 1), 1000) } ?? 80
  }
}

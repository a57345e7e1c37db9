import Glibc
import RecurFiles

/// `metrics.jsonl`: a line for every few steps, every evaluation and every sample, appended.
final class MetricsLog {
  static let fileName = "metrics.jsonl"

  /// Bytes in the file.
  private(set) var byteCount: Int
  private let path: String
  private let descriptor: Int32

  /// Opens the log and cuts it to its first bytes: what a killed run wrote after its last checkpoint
  /// will be written once more.
  init(in directory: String, keeping byteCount: Int) throws(RecurError) {
    path = FolderPath.join(directory, Self.fileName)
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(path, systemError: errno) }
    let size = lseek(descriptor, 0, SEEK_END)
    self.byteCount = min(byteCount, max(size, 0))
    guard ftruncate(descriptor, self.byteCount) == 0 else {
      let code = errno
      close(descriptor)
      throw .writing(path, systemError: code)
    }
  }

  deinit { close(descriptor) }

  /// Appends a line.
  ///
  /// - Throws: `.inputOutput`, a full disk for instance.
  func append(_ line: MetricsLine) throws(RecurError) {
    let bytes = try JSONGate.encode(line, pretty: false) + [UInt8(ascii: "\n")]
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = count < 0 ? errno : EIO
        // A torn line would make the file unreadable for others.
        ftruncate(descriptor, byteCount)
        throw .writing(path, systemError: code)
      }
      done += count
    }
    byteCount += bytes.count
  }

  /// Makes the lines durable, so that a checkpoint that counts them never counts too many.
  func synchronize() throws(RecurError) {
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .writing(path, systemError: errno)
    }
  }
}

import Glibc

/// A file that is being written: every byte is checked on its way, counted, and hashed if asked.
///
/// It is created anew and never replaces anything; `AtomicFile` and `DurableDirectory` put it in
/// its place when it is complete.
public final class OutputFile {
  /// The path of the file that is being written.
  public let path: String
  /// The bytes written so far.
  public private(set) var byteCount = 0
  private var digest: SHA256Digest?
  private var descriptor: Int32

  /// Creates the file; it must not exist.
  package init(creating path: String, hashing: Bool) throws(RecurError) {
    try RecurError.checkPath(path)
    if let code = SystemFault.error(.create) { throw .writing(path, systemError: code) }
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.path = path
    digest = hashing ? SHA256Digest() : nil
    if descriptor < 0 { throw .writing(path, systemError: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all the bytes.
  ///
  /// - Throws: `.inputOutput` (a full disk, for instance) or `.noPermission`.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(RecurError) {
    guard let base = bytes.baseAddress else { return }
    precondition(descriptor >= 0, "\(path) is already finished")
    var done = 0
    while done < bytes.count {
      let count = writeOnce(base + done, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .writing(path, systemError: errno)
      }
      // A write that takes nothing and reports nothing would be repeated for ever.
      if count == 0 { throw .writing(path, systemError: EIO) }
      done += count
    }
    byteCount += bytes.count
    digest?.update(bytes)
  }

  /// Writes all the bytes.
  public func append(_ bytes: [UInt8]) throws(RecurError) {
    let result = bytes.withUnsafeBytes { (buffer) -> Result<Void, RecurError> in
      do throws(RecurError) { return .success(try append(buffer)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// The SHA-256 of what was written, if the file hashes.
  var hexadecimalDigest: String? { digest?.hexadecimal() }

  /// Gives the file these permission bits, whatever the mask is.
  func setMode(_ mode: mode_t) { _ = fchmod(descriptor, mode) }

  /// Makes the content durable and closes the file.
  func finish() throws(RecurError) {
    precondition(descriptor >= 0, "\(path) is already finished")
    if let code = SystemFault.error(.synchronize) { throw .writing(path, systemError: code) }
    guard fsync(descriptor) == 0 else { throw .writing(path, systemError: errno) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw .writing(path, systemError: errno) }
  }

  private func writeOnce(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    var count = min(count, 1 << 30)
    switch SystemFault.decide?(.write) {
    case .error(let code)?:
      errno = code
      return -1
    case .short(let most)?: count = min(count, most)
    case nil: break
    }
    return write(descriptor, bytes, count)
  }
}

import Glibc

/// An open regular file that can be read at any offset. It is closed when the last owner goes.
///
/// The file is never mapped: a mapped file that shrinks kills the process, a read only fails.
package final class InputDescriptor: Sendable {
  /// The file as the user named it.
  package let path: String
  /// Its size in bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens a regular file.
  ///
  /// - Throws: `.missingInput`, `.noPermission`, `.inputOutput`, or `.badData` for a directory, a
  ///   pipe, a socket or a device.
  package init(_ path: String) throws(RecurError) {
    try RecurError.checkPath(path)
    // Look before opening: merely opening a device can have effects.
    var status = stat()
    guard stat(path, &status) == 0 else { throw .reading(path, systemError: errno) }
    try Self.checkRegular(status, path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .reading(path, systemError: errno) }
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .reading(path, systemError: code)
    }
    do throws(RecurError) {
      try Self.checkRegular(status, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func checkRegular(_ status: stat, _ path: String) throws(RecurError) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw .directory(path)
    default:
      throw RecurError(
        .badData, "this is not a regular file but a pipe, a socket or a device",
        at: .init(path: path),
        hint: "name a regular file, or pass - and give the data on standard input")
    }
  }

  /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(RecurError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, base + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .reading(path, systemError: errno)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Fills `buffer` from `offset`.
  ///
  /// - Throws: `.inputOutput` where the file has become shorter since it was opened.
  package func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(RecurError) {
    if try read(into: buffer, at: offset) < buffer.count {
      throw .becameShorter(path)
    }
  }

  /// The first bytes, for telling formats apart.
  package func prefix(_ count: Int) throws(RecurError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(count, size))
    var failure: RecurError?
    var length = 0
    bytes.withUnsafeMutableBytes { buffer in
      do throws(RecurError) { length = try read(into: buffer, at: 0) } catch { failure = error }
    }
    if let failure { throw failure }
    return Array(bytes.prefix(length))
  }
}

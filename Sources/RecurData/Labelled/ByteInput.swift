import Glibc
import RecurFiles

/// The raw bytes of a file or of standard input, piece by piece, counted and hashed if asked.
///
/// From a pipe a piece is what one read gives, so that a line is there as soon as it was written.
final class ByteInput {
  let path: String
  private(set) var byteCount = 0
  private(set) var digest: SHA256Digest?
  private let file: InputDescriptor?
  private let buffer: UnsafeMutableRawBufferPointer

  init(_ path: String, hashing: Bool, pieceSize: Int) throws(RecurError) {
    self.path = path
    file = path == InputFile.standardInput ? nil : try InputDescriptor(path)
    digest = hashing ? SHA256Digest() : nil
    buffer = .allocate(byteCount: pieceSize, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// The next bytes, empty at the end; valid until the next call.
  func next() throws(RecurError) -> UnsafeRawBufferPointer {
    let count =
      if let file { try file.read(into: buffer, at: byteCount) } else { try readStandardInput() }
    let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    byteCount += count
    digest?.update(piece)
    if count == 0, let file, byteCount < file.size {
      throw .becameShorter(path)
    }
    return piece
  }

  private func readStandardInput() throws(RecurError) -> Int {
    var done = 0
    while true {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = read(STDIN_FILENO, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .reading("standard input", systemError: errno)
      }
      done += count
      // Formats are told by the first bytes, so the first piece has them or a whole line.
      let isEnough = byteCount > 0 || done >= 64 || buffer[..<done].contains(UInt8(ascii: "\n"))
      if count == 0 || isEnough || done == buffer.count { return done }
    }
  }
}

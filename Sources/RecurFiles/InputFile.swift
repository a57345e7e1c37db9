import Glibc

/// Reading files that a user names. Only regular files are read; `-` is standard input.
///
/// Every failure says what the thing is instead (a directory, a pipe, a device, empty, a Git LFS
/// pointer, a pickle, …) and what to do.
public enum InputFile {
  /// The path that stands for standard input.
  public static let standardInput = "-"

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - path: a regular file, or `-` for standard input.
  ///   - limit: the most bytes that are accepted; decided by size before anything is allocated.
  ///   - allowingEmpty: whether no bytes at all are an answer instead of an error.
  ///   - refusingForeignFormats: whether formats of `ForeignFormat` are refused by their first bytes.
  /// - Throws: `.missingInput`, `.noPermission`, `.badData` or `.inputOutput`.
  public static func read(
    _ path: String, limit: Int = .max, allowingEmpty: Bool = false,
    refusingForeignFormats: Bool = true
  ) throws(RecurError) -> [UInt8] {
    var bytes: [UInt8] = []
    if path != standardInput {
      let size = try InputDescriptor(path).size
      if size > limit { throw tooLong(path, size: size, limit: limit) }
      bytes.reserveCapacity(size)
    }
    try forEachChunk(
      path, allowingEmpty: allowingEmpty, refusingForeignFormats: refusingForeignFormats
    ) { (chunk: UnsafeRawBufferPointer) throws(RecurError) in
      if chunk.count > limit - bytes.count {
        throw tooLong(path, size: nil, limit: limit)
      }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// Reads a file from its beginning in pieces of `size` bytes (the last may be shorter).
  ///
  /// - Parameters:
  ///   - path: a regular file, or `-` for standard input.
  ///   - size: the length of a piece in bytes, 1 MiB unless told.
  ///   - allowingEmpty: whether a file without bytes is accepted (`body` is then never called).
  ///   - refusingForeignFormats: whether formats of `ForeignFormat` are refused by their first bytes.
  ///   - body: takes a piece; the pointer is valid only during the call.
  /// - Throws: `.missingInput`, `.noPermission`, `.badData`, `.inputOutput`, or what `body` throws.
  public static func forEachChunk(
    _ path: String, size: Int = 1 << 20, allowingEmpty: Bool = false,
    refusingForeignFormats: Bool = true,
    _ body: (UnsafeRawBufferPointer) throws(RecurError) -> Void
  ) throws(RecurError) {
    precondition(size > 0, "a piece of \(size) bytes cannot be read")
    let file = path == standardInput ? nil : try InputDescriptor(path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
      let count: Int
      if let file {
        count = try file.read(into: buffer, at: offset)
      } else {
        count = try readStandardInput(into: buffer)
      }
      let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if offset == 0, refusingForeignFormats, let format = ForeignFormat.recognize(chunk) {
        throw format.error(path: path)
      }
      if count == 0 { break }
      offset += count
      try body(chunk)
      if count < size { break }
    }
    if offset == 0, !allowingEmpty {
      throw RecurError(
        .badData, "the file is empty", at: .init(path: path),
        hint: "check that it was written completely, or name another file")
    }
    if let file, file.size > 0, offset < file.size {
      throw .becameShorter(path)
    }
  }

  private static func readStandardInput(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(RecurError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var done = 0
    while done < buffer.count {
      let count = Glibc.read(STDIN_FILENO, base + done, buffer.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .reading("standard input", systemError: errno)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  private static func tooLong(_ path: String, size: Int?, limit: Int) -> RecurError {
    let length = size.map { "has \($0) bytes" } ?? "has more bytes"
    return RecurError(
      .badData, "the file \(length), more than the limit of \(limit)", at: .init(path: path),
      hint: "check that this is the file you mean")
  }
}

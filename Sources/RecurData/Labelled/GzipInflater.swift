import CZlib
import RecurFiles

/// Unpacks gzip (RFC 1952) as it comes in, by zlib: members one after another are one text, as for
/// `gzip -dc`, and zeros may follow the last.
///
/// A small file that unpacks to a huge one is refused: beyond the first 16 MiB, no more than 1000
/// bytes may come out for one that went in (deflate could reach 1032).
final class GzipInflater {
  static let freeByteCount = 16 << 20
  static let largestRatio = 1000

  private let input: ByteInput
  // What was read and not yet unpacked; it lies in the buffer of `input`.
  private var rest: UnsafeRawBufferPointer
  // zlib's state points back at it, so it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let output: UnsafeMutableRawBufferPointer
  private var consumed = 0
  private var produced = 0
  private var isBetweenMembers = false
  /// What is wrong behind the bytes that were given last.
  private var failure: RecurError?

  /// Unpacks what `first`, the piece that `input` gave last, begins.
  init(_ input: ByteInput, first: UnsafeRawBufferPointer, pieceSize: Int) {
    self.input = input
    rest = first
    output = .allocate(byteCount: pieceSize, alignment: 16)
    stream.initialize(to: z_stream())
    // 16: a gzip header is needed; 15: any window.
    let status = inflateInit2_(
      stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot begin: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// The next bytes, empty at the end; valid until the next call.
  func next() throws(RecurError) -> UnsafeRawBufferPointer {
    while true {
      if rest.isEmpty { rest = try input.next() }
      if rest.isEmpty {
        // Pieces end where the input or the output does, so more may be waiting inside.
        let last = try isBetweenMembers ? rest : piece()
        if !last.isEmpty || isBetweenMembers { return last }
        throw RecurError(
          .badData, "the compressed file is cut short", at: .init(path: input.path, byte: consumed),
          hint: "fetch or copy it again; gzip -t FILE checks it")
      }
      if isBetweenMembers {
        if rest[0] == 0 {
          take(1)
          continue
        }
        guard rest[0] == 0x1F else { throw corrupt("something else follows the compressed data") }
        inflateReset(stream)
        isBetweenMembers = false
      }
      let piece = try piece()
      if !piece.isEmpty { return piece }
    }
  }

  private func take(_ count: Int) {
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    consumed += count
  }

  /// Unpacks until the output is full, the input used or the member ended.
  private func piece() throws(RecurError) -> UnsafeRawBufferPointer {
    if let failure { throw failure }
    // zlib counts in 32 bits; pieces are far smaller.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(rest.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    take(rest.count - Int(stream.pointee.avail_in))
    let count = output.count - Int(stream.pointee.avail_out)
    produced += count
    switch status {
    case Z_STREAM_END: isBetweenMembers = true
    // No progress without more input: not an error.
    case Z_OK, Z_BUF_ERROR: break
    default:
      let error = corrupt(
        stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(status)")
      // What is good before it is read first.
      if count == 0 { throw error }
      failure = error
    }
    if produced > Self.freeByteCount, produced / Self.largestRatio > consumed {
      throw RecurError(
        .badData, "the compressed file unpacks to more than \(Self.largestRatio) times its size",
        at: .init(path: input.path), hint: "if that is meant, unpack it first: gzip -dk FILE")
    }
    return UnsafeRawBufferPointer(rebasing: output[..<count])
  }

  private func corrupt(_ why: String) -> RecurError {
    RecurError(
      .badData, "the compressed file is damaged: \(why)",
      at: .init(path: input.path, byte: consumed),
      hint: "fetch or copy it again; gzip -t FILE checks it")
  }
}

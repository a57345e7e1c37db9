import RecurFiles
import RecurText

/// A file's text as it is needed: unpacked if it is gzip, without a byte order mark, valid UTF-8 unless
/// there is no policy. Only a piece of it is in memory.
final class TextStream {
  /// The piece that is being read.
  private(set) var bytes: [UInt8] = []
  /// How much of the piece was read.
  var position = 0
  /// Whether the file is compressed.
  var isCompressed: Bool { inflater != nil }
  /// Whether `bytes` ends where the text does.
  private(set) var isAtEnd = false
  let path: String
  private var decoder: CorpusDecoder
  private let input: ByteInput?
  private var inflater: GzipInflater?
  private let pieceSize: Int
  // What is valid before an error is read first, so that rows before it are not lost.
  private var failure: RecurError?

  /// Opens a file, `-` for standard input.
  init(
    _ path: String, invalidUTF8: InvalidUTF8Policy?, hashing: Bool = false,
    pieceSize: Int = 256 << 10
  ) throws(RecurError) {
    self.path = path
    self.pieceSize = pieceSize
    decoder = CorpusDecoder(path: path, policy: invalidUTF8)
    input = try ByteInput(path, hashing: hashing, pieceSize: pieceSize)
  }

  /// A text in memory, for a look ahead.
  init(sample: ArraySlice<UInt8>, path: String) {
    self.path = path
    pieceSize = 0
    decoder = CorpusDecoder(path: path, policy: .stop)
    input = nil
    bytes = Array(sample)
    isAtEnd = true
  }

  /// How many ill-formed stretches were replaced, skipped or, without a policy, kept.
  var invalidSequenceCount: Int { decoder.invalidSequenceCount }

  /// The bytes of the file that were read, and their SHA-256 if that was asked for.
  var source: (byteCount: Int, sha256: String?) {
    (input?.byteCount ?? 0, input?.digest?.hexadecimal())
  }

  /// Puts the next piece in the place of the one that was read; false at the end of the text.
  func refill() throws(RecurError) -> Bool {
    precondition(position == bytes.count, "\(bytes.count - position) bytes were not read")
    bytes.removeAll(keepingCapacity: true)
    position = 0
    while bytes.isEmpty {
      if let failure { throw failure }
      if isAtEnd { return false }
      readPiece()
    }
    return true
  }

  /// Reads ahead until `count` bytes and `lineCount` lines are there, or the text ends, or the longest
  /// row that is allowed has been read.
  func lookAhead(_ count: Int, lineCount: Int) throws(RecurError) {
    while bytes.count < count || decoder.line <= lineCount,
      bytes.count <= RecordScanner.largestRecord,
      !isAtEnd, failure == nil
    { readPiece() }
    // An error at the very beginning says what the file is instead.
    if bytes.isEmpty, let failure { throw failure }
  }

  private func readPiece() {
    do throws(RecurError) { try appendPiece() } catch { failure = error }
  }

  private func appendPiece() throws(RecurError) {
    guard let input else { return }
    var piece = if let inflater { try inflater.next() } else { try input.next() }
    if inflater == nil, input.byteCount == piece.count {
      switch ForeignFormat.recognize(piece) {
      case .gzip?:
        let inflater = GzipInflater(input, first: piece, pieceSize: pieceSize)
        self.inflater = inflater
        piece = try inflater.next()
      case let format?: throw format.error(path: path)
      case nil: break
      }
    }
    if piece.isEmpty {
      isAtEnd = true
      try decoder.finish(&bytes)
    } else {
      try decoder.append(piece, to: &bytes)
    }
  }
}

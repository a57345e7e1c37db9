import Glibc
import RecurFiles

/// Parts a text into lines at LF; a CR before it is dropped, any other is text.
struct LineScanner {
  /// The line, without its end.
  private(set) var bytes: [UInt8] = []
  /// Its number, from 1.
  private(set) var line = 0

  /// Reads the next line; false at the end of the text. A text that ends with a line end has no empty
  /// line after it.
  mutating func next(from stream: TextStream) throws(RecurError) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    line += 1
    var hasBegun = false
    while true {
      if stream.position == stream.bytes.count, try !stream.refill() { return hasBegun }
      hasBegun = true
      let start = stream.position
      let end = stream.bytes.withUnsafeBytes { text in
        let rest = UnsafeRawBufferPointer(rebasing: text[start...])
        guard let base = rest.baseAddress else { return Int?.none }
        let found = memchr(base, Int32(UInt8(ascii: "\n")), rest.count)
        let count = found.map { UnsafeRawPointer($0) - base } ?? rest.count
        bytes.append(contentsOf: rest[..<count])
        return found == nil ? nil : start + count + 1
      }
      stream.position = end ?? stream.bytes.count
      if bytes.count > RecordScanner.largestRecord {
        throw RecurError(
          .badData, "a line is longer than \(RecordScanner.largestRecord >> 20) MiB",
          at: .init(path: stream.path, line: line), hint: "check that the file has line ends")
      }
      if end != nil {
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return true
      }
    }
  }

  /// The line as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension LineScanner {
  /// Whether the line has nothing but white space.
  var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }

  /// Whether the line is valid UTF-8.
  var isValidUTF8: Bool { UTF8Validation.firstInvalidOffset(in: bytes) == nil }
}

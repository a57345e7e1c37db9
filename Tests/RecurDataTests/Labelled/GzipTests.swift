import CZlib
import RecurFiles
import TestSupport
import Testing

@testable import RecurData

@Suite("Compressed labelled files")
struct GzipTests {
  private let folder = TemporaryFolder()

  /// One member of gzip.
  private func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let opened = deflateInit2_(
      &stream, 9, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(opened == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 64)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        return Int(stream.total_out)
      }
    }
    return Array(output[..<count])
  }

  private var text: String {
    "text,label\n" + (0..<5000).map { "row \($0) is \($0 &* 7919 % 10007),\($0 % 2)\n" }.joined()
  }

  @Test(
    "A compressed file reads as its content, whatever the pieces and the name",
    arguments: [64, 1000, 256 << 10])
  func content(pieceSize: Int) {
    let plain = ReaderCase(folder.file("a.csv", text.utf8), needsLabels: true)
    for name in ["a.csv.gz", "b.csv"] {
      let path = folder.file(name, compressed(Array(text.utf8)))
      let found = ReaderCase(path, needsLabels: true, pieceSize: pieceSize)
      #expect(found.error == nil && found.rows == plain.rows && found.rows.count == 5000)
      #expect(found.layout?.isCompressed == true)
    }
  }

  @Test("Members follow one another, zeros may follow them, anything else is an error")
  func members() {
    let (first, second) = (compressed(Array("a\nb".utf8)), compressed(Array("c\nd\n".utf8)))
    let both = ReaderCase(folder.file("a.gz", first + second + [0, 0, 0]))
    #expect(both.texts == ["a", "bc", "d"] && both.error == nil)
    let other = ReaderCase(folder.file("a.gz", first + Array("rest".utf8)))
    #expect(other.error?.what.contains("something else follows") == true)
  }

  @Test("A compressed file that is cut short says so, wherever it is cut")
  func truncated() {
    let whole = compressed(Array(text.utf8))
    for count in [3, 9, 10, 11, whole.count / 2, whole.count - 8, whole.count - 1] {
      let found = ReaderCase(folder.file("a.csv.gz", whole[..<count]), needsLabels: true)
      #expect(found.error?.what == "the compressed file is cut short", "\(count) bytes")
    }
  }

  @Test("Damage to a compressed file is found, and never traps")
  func corrupt() {
    let whole = compressed(Array(text.utf8))
    for place in stride(from: 10, to: whole.count, by: 97) {
      var bytes = whole
      bytes[place] ^= 0x55
      let found = ReaderCase(folder.file("a.csv.gz", bytes), needsLabels: true)
      #expect(found.error?.kind == .badData, "byte \(place)")
    }
    var checksum = whole
    checksum[whole.count - 6] ^= 1
    let found = ReaderCase(folder.file("a.csv.gz", checksum), needsLabels: true)
    #expect(found.error?.what == "the compressed file is damaged: incorrect data check")
    #expect(!found.texts.isEmpty, "what is good before the damage is read")
  }

  @Test("A file that unpacks to more than a thousand times its size is refused")
  func bomb() {
    let bomb = compressed([UInt8](repeating: UInt8(ascii: "a"), count: 20 << 20))
    let found = ReaderCase(folder.file("a.txt.gz", bomb))
    #expect(found.error?.what.contains("more than 1000 times") == true)
  }
}

import RecurFiles
import RecurText
import TestSupport
import Testing

@testable import RecurData

@Suite("CSV by RFC 4180")
struct RecordScannerTests {
  private let folder = TemporaryFolder()

  /// All records with the lines that they end in, in the form that the golden digests are of.
  private func canonical(_ stream: TextStream, _ delimiter: Unicode.Scalar) throws -> [UInt8] {
    var scanner = RecordScanner(delimiter: delimiter, isQuoted: true)
    var lines: [Int] = []
    var records: [[String]] = []
    var isOpen = false
    while try scanner.next(from: stream) {
      lines.append(scanner.line)
      records.append(scanner.fields)
      isOpen = scanner.isUnclosed
    }
    var output: [UInt8] = []
    for (index, record) in records.enumerated() {
      // A record ends where the next begins, less one; the last is followed through its own ends.
      let ends = record.joined().utf8.reduce((0, false)) { state, byte in
        let isNew = byte == 0x0D || (byte == 0x0A && !state.1)
        return (state.0 + (isNew ? 1 : 0), byte == 0x0D)
      }.0
      let isCutAtLineEnd = isOpen && [0x0A, 0x0D].contains(record.last?.utf8.last ?? 0)
      let last =
        index + 1 < lines.count
        ? lines[index + 1] - 1 : lines[index] + ends - (isCutAtLineEnd ? 1 : 0)
      output += "\(last):\(record.joined(separator: "\u{1F}"))\u{1E}".utf8
    }
    return isOpen ? output + [UInt8(ascii: "!")] : output
  }

  @Test("10,000 random files are read as Python's csv reads them, lines included")
  func python() throws {
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    let text = String(
      decoding: try InputFile.read("\(root)/Golden/csv/digests.txt"), as: UTF8.self)
    let digests = text.split(separator: "\n").dropFirst().map { UInt32($0, radix: 16) }
    #expect(digests.count == 10_000)
    var different: [Int] = []
    for (index, digest) in digests.enumerated() {
      let (text, delimiter) = CSVFiles.file(index)
      let stream = TextStream(sample: text[...], path: "")
      if CSVFiles.digest(try canonical(stream, delimiter)) != digest { different.append(index) }
    }
    let first = different.first.map { String(decoding: CSVFiles.file($0).text, as: UTF8.self) }
    #expect(different.isEmpty, "\(different.count), the first: \(first.debugDescription)")
  }

  @Test("Where a piece of the file ends changes nothing", arguments: [1, 2, 3, 7])
  func pieces(size: Int) throws {
    for index in 0..<200 {
      let (text, delimiter) = CSVFiles.file(index)
      let path = folder.file("pieces", text)
      let parted = try TextStream(path, invalidUTF8: .stop, pieceSize: size)
      let whole = TextStream(sample: text[...], path: "")
      #expect(try canonical(parted, delimiter) == canonical(whole, delimiter), "file \(index)")
    }
  }

  @Test("Without quoting, quotes and a lone CR are text")
  func plain() throws {
    let stream = TextStream(sample: Array("\"a\tb\"\r\nc\rd\t\n\n\te\r".utf8)[...], path: "")
    var scanner = RecordScanner(delimiter: "\t", isQuoted: false)
    var records: [[String]] = []
    while try scanner.next(from: stream) { records.append(scanner.fields) }
    #expect(records == [["\"a", "b\""], ["c\rd", ""], [], ["", "e\r"]])
  }
}

import RecurFiles
import RecurText
import TestSupport
import Testing

@testable import RecurData

@Suite("Labelled files that are damaged or hostile")
struct HostileLabelledFileTests {
  private let folder = TemporaryFolder()

  private func read(
    _ name: String, _ bytes: some Sequence<UInt8>, _ reading: LabelledReading = LabelledReading(),
    needsLabels: Bool = true
  ) -> ReaderCase {
    ReaderCase(folder.file(name, bytes), reading, needsLabels: needsLabels)
  }

  @Test("An unclosed quote is an error at the line of the quote; what stands before it is read")
  func unclosedQuote() {
    let found = read("a.csv", "text,label\n\"a\nb\",0\nc,\"1\nd,0\n".utf8)
    #expect(found.texts == ["a\nb"])
    #expect(found.error?.what == "the quote that begins here is never closed")
    #expect(found.error?.place?.line == 4 && found.error?.kind == .badData)
  }

  @Test("A quote that is never closed in the header ends in an error, and not in a file of no rows")
  func unclosedQuoteInHeader() {
    for needsLabels in [true, false] {
      let found = read(
        "a.csv", "text,\"label\nI loved it,1\nI hated it,0\n".utf8, needsLabels: needsLabels)
      #expect(found.error?.what == "the quote that begins here is never closed")
      #expect(found.error?.place?.line == 1 && found.texts.isEmpty)
    }
  }

  @Test("A row of nothing but delimiters ends in an error before it fills memory")
  func delimiters() {
    let row = [UInt8](repeating: UInt8(ascii: ","), count: RecordScanner.mostFields + 2)
    let found = read("a.csv", Array("text,label\na,0\n".utf8) + row)
    #expect(found.error?.what == "a row has more than 1048576 fields")
    #expect(found.error?.place?.line == 3)
  }

  @Test("The number of a column may be any number", arguments: [Int.min, -1, 0, 3, Int.max])
  func columnNumbers(_ number: Int) {
    let found = read(
      "a.csv", "text,label\na,0\n".utf8, LabelledReading(textColumn: "\(number)"))
    #expect(found.error?.kind == .usage)
  }

  @Test("The first row of a live table tells which column is the text")
  func liveTable() {
    let table = "label,city,opinion\n1,Berlin,I loved every minute of it.\n"
    let found = read(
      "a.csv", table.utf8, LabelledReading(format: .csv, isLive: true), needsLabels: false)
    #expect(found.texts == ["I loved every minute of it."])
  }

  @Test("Rows with another number of fields are counted, the first few kept; strict stops")
  func ragged() {
    let text = "text,label\na,0\nb\nc,1,2\n" + String(repeating: "x\n", count: 20) + "d,1\n"
    let found = read("a.csv", text.utf8)
    #expect(found.texts == ["a", "d"] && found.badRows.count == 22)
    #expect(found.badRows.first.map(\.line) == [3, 4, 5, 6, 7])
    #expect(
      found.badRows.first.prefix(2).map(\.reason) == [
        "1 field where there should be 2", "3 fields where there should be 2",
      ])
    let strict = read("a.csv", text.utf8, LabelledReading(isStrict: true))
    #expect(strict.error?.what == "1 field where there should be 2")
    #expect(strict.error?.place?.line == 3 && strict.texts == ["a"])
  }

  @Test("Ill-formed UTF-8 in one row of many: a bad row, an error with line and byte, or mended")
  func invalidUTF8() {
    var bytes = Array("text,label\n".utf8)
    for row in 0..<40_000 { bytes += "row \(row) of many,\(row % 2)\n".utf8 }
    let offset = bytes.count + 1
    bytes += Array("a".utf8) + [0xFF] + Array("b,1\nlast,0\n".utf8)
    let lenient = read("a.csv", bytes)
    #expect(lenient.rows.count == 40_001 && lenient.texts.last == "last" && lenient.error == nil)
    #expect(lenient.badRows.count == 1 && lenient.invalidSequenceCount == 0)
    #expect(lenient.badRows.first.first?.line == 40_002)
    #expect(lenient.badRows.first.first?.reason == "the row is not valid UTF-8")
    for reading in [LabelledReading(isStrict: true), LabelledReading(invalidUTF8: .stop)] {
      let stopped = read("a.csv", bytes, reading)
      #expect(stopped.error?.place == .init(path: folder("a.csv"), line: 40_002, byte: offset))
      #expect(stopped.rows.count == 40_000)
    }
    let replaced = read("a.csv", bytes, LabelledReading(invalidUTF8: .replace))
    #expect(replaced.texts.suffix(2) == ["a\u{FFFD}b", "last"])
    #expect(replaced.invalidSequenceCount == 1 && replaced.error == nil)
    let skipped = read("a.csv", bytes, LabelledReading(invalidUTF8: .skip))
    #expect(skipped.texts.suffix(2) == ["ab", "last"] && skipped.invalidSequenceCount == 1)
  }

  @Test("In every format only what has ill-formed UTF-8 is left out, halves of a character too")
  func invalidRows() throws {
    let bad: [UInt8] = [0xC3]
    let good = Array("é".utf8)
    let object = { (text: [UInt8]) in Array("{\"text\":\"".utf8) + text + Array("\"}\n".utf8) }
    let files: [(name: String, bytes: [UInt8])] = [
      // A delimiter parts the halves of é.
      ("a.csv", Array("text,n\n".utf8) + bad + [0x2C, 0xA9, 0x0A] + good + Array(",1\n".utf8)),
      ("a.jsonl", object(good) + object(bad)),
      ("a.ft", Array("__label__a ".utf8) + good + Array("\n__label__a ".utf8) + bad),
      ("a.txt", bad + [0x0A] + good + [0x0A] + bad),
    ]
    for (name, bytes) in files {
      let found = read(name, bytes, needsLabels: false)
      #expect(found.texts == ["é"] && found.error == nil, "\(name)")
      #expect(found.badRows.count == (name == "a.txt" ? 2 : 1), "\(name)")
    }
    for name in ["neg", "pos"] { try Folder.create(folder("set/\(name)")) }
    folder.file("set/neg/1.txt", bad)
    folder.file("set/pos/1.txt", good)
    let set = ReaderCase(folder("set"), needsLabels: true)
    #expect(set.texts == ["é"])
    #expect(set.badRows.first.map(\.reason) == ["neg/1.txt is not valid UTF-8"])
    let binary = read("a.txt", [0, 1, 2, 0xFF, 0], needsLabels: false)
    #expect(binary.error?.what == "this is not text but a binary file")
  }

  @Test("Empty and white texts, NUL and 10 MB in one row are texts like others")
  func oddTexts() {
    let long = String(repeating: "long row ", count: 1_200_000)
    let text = "text,label\n,0\n\"\",0\n \t ,0\na\0b,1\n\u{1F600}\u{1F600},1\n\(long),1\nend,0\n"
    let found = read("a.csv", text.utf8)
    #expect(found.texts == ["", "", " \t ", "a\0b", "\u{1F600}\u{1F600}", long, "end"])
    #expect(found.badRows.count == 0)
    let line = read(
      "a.jsonl", "{\"text\":\"\(long)\",\"label\":1}\n{\"text\":\"x\",\"label\":0}".utf8)
    #expect(line.texts == [long, "x"])
  }

  @Test("A row without a label is bad where labels are needed")
  func missingLabel() {
    let found = read("a.csv", "text,label\na, \nb,1\n".utf8)
    #expect(found.texts == ["b"] && found.badRows.first.first?.reason == "there is no label")
  }

  @Test("Files that are empty, blank or no text are errors that say so")
  func unusable() {
    #expect(read("a.csv", []).error?.what == "the file is empty")
    #expect(read("a.csv", "\n\n".utf8).error?.what == "the file has no rows")
    #expect(read("a.csv", [0xFF, 0xFE, 0x61, 0]).error?.what.contains("UTF-16") == true)
    #expect(read("a.csv", [0x50, 0x4B, 3, 4, 0, 0]).error?.what.contains("zip") == true)
    #expect(read("a.csv", [0x28, 0xB5, 0x2F, 0xFD]).error?.hint.contains("zstd -dk") == true)
    #expect(ReaderCase(folder("none.csv")).error?.kind == .missingInput)
    let header = read("a.csv", "text,label\n".utf8)
    #expect(header.error == nil && header.rows.isEmpty)
  }

  @Test("Random damage to valid files never traps and never reads more rows than bytes")
  func mutations() {
    let files: [(name: String, text: String)] = [
      ("a.csv", "id,text,label\n1,\"good, \"\"x\"\"\n\",pos\n2,bad,neg\n3,é世,pos\n"),
      ("a.tsv", "text\tlabel\nsome \"words\"\t1\n\"more\"\t0\r\n"),
      ("a.jsonl", "{\"text\":\"a\\u00e9\",\"label\":1}\n{\"text\":\"b\",\"label\":\"x\"}\n"),
      ("a.txt", "__label__a some text\n__label__b other\n"),
      ("b.txt", "plain\ntext, with\tall;of\n{it}\n"),
    ]
    var state: UInt64 = 42
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }
    let pieces = ["\"", ",", "\t", "\n", "\r", "\0", "{", "}", "\\", "__label__", ";", "\u{FEFF}"]
    for round in 0..<1500 {
      let (name, text) = files[draw(files.count)]
      var bytes = Array(text.utf8)
      for _ in 0..<(1 + draw(6)) {
        let place = draw(bytes.count + 1)
        switch draw(4) {
        case 0: bytes.insert(UInt8(draw(256)), at: place)
        case 1: bytes.insert(contentsOf: pieces[draw(pieces.count)].utf8, at: place)
        case 2: if place < bytes.count { bytes.remove(at: place) }
        default: bytes.removeSubrange(place..<min(bytes.count, place + draw(8)))
        }
      }
      let policies: [InvalidUTF8Policy?] = [.stop, .replace, .skip, nil]
      let reading = LabelledReading(invalidUTF8: policies[draw(4)], isStrict: draw(4) == 0)
      let path = folder.file(name, bytes)
      let needsLabels = draw(2) == 0
      let found = ReaderCase(path, reading, needsLabels: needsLabels)
      #expect(found.rows.count + found.badRows.count <= bytes.count, "round \(round)")
      let parted = ReaderCase(path, reading, needsLabels: needsLabels, pieceSize: 64 + draw(64))
      #expect(parted.rows == found.rows && parted.error == found.error, "round \(round)")
    }
  }
}

import RecurFiles
import TestSupport
import Testing

@testable import RecurData

@Suite("Rows of results")
struct ScoredRowWriterTests {
  private let folder = TemporaryFolder()

  private func line(
    _ format: ScoredRowWriter.Format, _ cells: [ScoredRowWriter.Cell], escapes: Bool = true
  ) -> String {
    let columns = cells.indices.map { "c\($0)" }
    let writer = ScoredRowWriter(format, columns: columns, escapesFormulas: escapes)
    return String(decoding: writer.line(cells), as: UTF8.self)
  }

  @Test("Fields are quoted where RFC 4180 demands it, numbers are the same in every locale")
  func quoting() {
    let cells: [ScoredRowWriter.Cell] = [
      .text("a,b"), .text("say \"x\""), .text("two\nlines"), .text("c\td; e"), .number(0.5),
      .number(1e-9), .integer(-3), .none, .number(.nan),
    ]
    #expect(
      line(.csv, cells) == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",c\td; e,0.5,0.000000001,-3,,\n"
    )
    let small = [5e-6, -1.25e-5, 0.0001, 1, 1e20, 1e-300].map { ScoredRowWriter.Cell.number($0) }
    #expect(line(.csv, small) == "0.000005,-0.0000125,0.0001,1.0,1e+20,1e-300\n")
    #expect(line(.tsv, Array(cells[2...4])) == "\"two\nlines\"\t\"c\td; e\"\t0.5\n")
    #expect(
      line(.jsonl, Array(cells[1...2] + cells[6...]))
        == "{\"c0\":\"say \\\"x\\\"\",\"c1\":\"two\\nlines\",\"c2\":-3,\"c3\":null,\"c4\":null}\n")
  }

  @Test("A text that a spreadsheet would run gets an apostrophe, unless that is not wanted")
  func formulas() {
    for text in ["=1+1", "+cmd", "-2+3", "@SUM", "\tx", "-", "-1.2.3"] {
      #expect(line(.csv, [.text(text), .none]) == "'\(text),\n")
      #expect(line(.csv, [.text(text), .none], escapes: false) == "\(text),\n")
      #expect(line(.jsonl, [.text(text)]).contains("'") == false)
    }
    #expect(line(.csv, [.text("\r=1")]) == "\"'\r=1\"\n")
    for text in ["-5", "+1.5", "a=b", "'x", ""] {
      #expect(line(.csv, [.text(text), .none]) == "\(text),\n")
    }
  }

  @Test("What is written is read again the same", arguments: [ScoredRowWriter.Format.csv, .tsv])
  func roundTrip(format: ScoredRowWriter.Format) throws {
    let texts = ["", "a\"b\"", "\"", "line\r\nend\n", "x\ty,z;", " é世\u{1F600} ", "a\0b", "last"]
    let writer = ScoredRowWriter(format, columns: ["id", "text", "label"])
    var output = writer.header()
    for (index, text) in texts.enumerated() {
      output += writer.line([.integer(index), .text(text), .text("l\(index % 2)")])
    }
    let found = ReaderCase(folder.file("a.\(format.rawValue)", output), needsLabels: true)
    #expect(found.texts == texts && found.error == nil && found.badRows.count == 0)
    #expect(found.ids == texts.indices.map { "\($0)" })
  }

  @Test("The only field of a row is never a blank line")
  func onlyField() {
    #expect(line(.csv, [.text("")]) == "\"\"\n")
    let writer = ScoredRowWriter(.csv, columns: ["text"])
    #expect(String(decoding: writer.header(), as: UTF8.self) == "text\n")
    #expect(ScoredRowWriter(.jsonl, columns: ["text"]).header().isEmpty)
  }
}

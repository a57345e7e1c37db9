import RecurFiles
import RecurText
import TestSupport
import Testing

@testable import RecurData

@Suite("Labelled files")
struct LabelledReaderTests {
  private let folder = TemporaryFolder()

  private func read(
    _ name: String, _ text: String, _ reading: LabelledReading = LabelledReading(),
    needsLabels: Bool = true
  ) -> ReaderCase {
    ReaderCase(folder.file(name, text.utf8), reading, needsLabels: needsLabels)
  }

  @Test("CSV with a header gives texts, labels, ids and lines; line ends and labels may be quoted")
  func csv() {
    let found = read(
      "a.csv",
      "id,review,sentiment\r\n7,\"good,\r\nreally \"\"good\"\"\", pos \r\n\r\n8,,\"neg,\nvery\"\r\n"
    )
    #expect(found.error == nil && found.badRows.count == 0)
    #expect(found.texts == ["good,\r\nreally \"good\"", ""])
    #expect(found.labels == ["pos", "neg,\nvery"])
    #expect(found.ids == ["7", "8"] && found.lines == [2, 5])
    #expect(
      found.layout?.description
        == "CSV, with a header: text in \"review\", label in \"sentiment\", id in \"id\"")
  }

  @Test("A byte order mark is no part of the first name")
  func byteOrderMark() {
    #expect(read("a.csv", "\u{FEFF}text,label\na,0\n").labels == ["0"])
    #expect(read("a.csv", "\u{FEFF}\"text\";label\na;0\n").texts == ["a"])
  }

  @Test("The delimiter is the one that parts the rows best", arguments: [",", ";", "\t"])
  func delimiters(delimiter: String) {
    let rows = [
      ["text", "label"], ["one, two", "a"], ["three; four; five", "b"], ["six\tx", "a"],
    ]
    let text = rows.map { $0.map { "\"\($0)\"" }.joined(separator: delimiter) + "\n" }.joined()
    let found = read("a.csv", text)
    #expect(found.texts == ["one, two", "three; four; five", "six\tx"])
    #expect(found.labels == ["a", "b", "a"])
    #expect(found.layout?.delimiter?.description == delimiter)
  }

  @Test("In TSV a quote is text, unless every quote in the file stands where quoting allows one")
  func tabs() {
    let plain = read("a.tsv", "text\tlabel\n\"Emma\" is fine\t1\nan \"odd\" one\t0\n\"open\t0\n")
    #expect(plain.texts == ["\"Emma\" is fine", "an \"odd\" one", "\"open"])
    #expect(plain.layout?.description.contains("quotes are text") == true)
    let quoted = read("a.tsv", "text\tlabel\n\"a\tb\n\"\"c\"\"\"\t1\nd\t0\n")
    #expect(quoted.texts == ["a\tb\n\"c\"", "d"] && quoted.layout?.isQuoted == true)
    // The only quote is open, so it is text.
    #expect(read("a.tsv", "text\tlabel\n\"d\t0\ne\t1\n").texts == ["\"d", "e"])
  }

  @Test("Without a header and without a known ending, the cells tell the columns")
  func headerless() {
    let sentences = read("a_labelled.txt", "Wow, loved it.\t1\nCrust is \"bad\".\t0\nNo.\t0\n")
    #expect(sentences.texts == ["Wow, loved it.", "Crust is \"bad\".", "No."])
    #expect(sentences.labels == ["1", "0", "0"])
    #expect(
      sentences.layout?.description
        == "TSV, quotes are text, without a header: text in column 1, label in column 2")
    let rated = LabelledReading(textColumn: "3", labelColumn: "2", idColumn: "1")
    let ratings = read("r.txt", "1_1\t-0.9\tno picture\r\n1_2\t1.25\tfine\r\n", rated)
    #expect(ratings.labels == ["-0.9", "1.25"] && ratings.ids == ["1_1", "1_2"])
    #expect(ratings.texts == ["no picture", "fine"])
    // The first cell is the number that names the column.
    let numbered = read("r.txt", "1\t-0.9\tno picture\n2\t1.25\tfine\n", rated)
    #expect(numbered.ids == ["1", "2"])
  }

  @Test("A first row over numbers or over few values is a header, though its names are unknown")
  func unknownNames() {
    #expect(read("a.csv", "was,y\ngood stuff,1\nbad stuff,0\n").rows.count == 2)
    let rows = (0..<8).map { "some words \($0),\($0 % 2 == 0 ? "up" : "down")\n" }.joined()
    #expect(read("a.csv", "was,wie\n" + rows).rows.count == 8)
    #expect(read("a.csv", "other words,up\n" + rows).rows.count == 9)
  }

  @Test("Named columns win over known names; case is free")
  func namedColumns() {
    let reading = LabelledReading(textColumn: "Title", labelColumn: "stars", idColumn: "text")
    let found = read("a.csv", "text,title,stars\na,b,5\n", reading)
    #expect(found.texts == ["b"] && found.labels == ["5"] && found.ids == ["a"])
  }

  @Test("A column that is not there is an error that names those that are")
  func unknownColumns() {
    let error = read("a.csv", "text,label\na,0\n", LabelledReading(labelColumn: "lable")).error
    #expect(error?.kind == .usage)
    #expect(error?.what == "there is no column \"lable\" for --label-column")
    #expect(error?.hint == "did you mean \"label\"? the columns are text, label")
    let json = read("a.jsonl", "{\"a\": \"x\"}\n", LabelledReading(textColumn: "text")).error
    #expect(json?.hint.hasSuffix("the columns are a") == true)
    let plain = read("a.txt", "abc\n", LabelledReading(textColumn: "text"), needsLabels: false)
    #expect(plain.error?.kind == .usage)
    let both = LabelledReading(textColumn: "text", labelColumn: "text")
    #expect(read("a.csv", "text,label\na,0\n", both).error?.kind == .usage)
  }

  @Test("A file without labels is an error only where they are needed")
  func noLabels() {
    #expect(read("a.txt", "one\ntwo\n").error?.what == "no labels are found in this file")
    #expect(read("a.csv", "text\none\n").error?.what == "no column looks like a label")
    for (name, text) in [
      ("a.csv", "label,id\n0,1\n1,2\n"), ("a.csv", "id,label\n1,0\n2,1\n"),
      ("a.jsonl", "{\"label\": 0, \"id\": 1}\n{\"label\": 1, \"id\": 2}\n"),
    ] {
      #expect(
        read(name, text).error?.what == "no column is left that could be the text", "\(text)")
    }
    let only = LabelledReading(labelColumn: "x")
    #expect(read("a.csv", "x\n0\n1\n", only).error?.hint.contains("--text-column") == true)
    let texts = read("a.txt", "one\n\n two\r\nthree", needsLabels: false)
    #expect(texts.texts == ["one", "", " two", "three"] && texts.lines == [1, 2, 3, 4])
    #expect(read("a.csv", "text\none\n", needsLabels: false).texts == ["one"])
  }

  @Test("JSON Lines: keys by name, scalars as labels, each bad line with its reason")
  func jsonLines() {
    let found = read(
      "a.txt",
      """
      {"text": "a\\nb", "label": true, "id": 3}
      {"id": "x", "label": 1, "text": "c"}

      {"text": "d", "label": 0.5}
      [1]
      {"text": 3, "label": "a"}
      {"label": "a"}
      {"text": "e", "label": null}
      {"text": "e"
      """)
    #expect(found.texts == ["a\nb", "c", "d"] && found.labels == ["true", "1", "0.5"])
    #expect(found.ids == ["3", "x", nil] && found.layout?.format == .jsonl)
    #expect(found.badRows.count == 5 && found.badRows.first.map(\.line) == [5, 6, 7, 8, 9])
    #expect(
      found.badRows.first.prefix(4).map(\.reason) == [
        "this is not an object of JSON", "\"text\" is not a string", "there is no \"text\"",
        "there is no label",
      ])
    #expect(read("b.jsonl", "[\n{}\n]").error?.hint.contains("jq -c") == true)
  }

  @Test("fastText's lines begin with one label")
  func fastText() {
    let found = read(
      "a.txt", "__label__pos  so good \n__label__a __label__b x\nno label\n__label__neg\n")
    #expect(found.layout?.format == .fastText)
    #expect(found.texts == ["so good ", ""] && found.labels == ["pos", "neg"])
    #expect(
      found.badRows.first.map(\.reason) == [
        "2 labels where there should be one", "there is no label",
      ])
  }

  @Test("A folder with a folder for each class is read class by class")
  func classFolder() throws {
    for name in ["pos", "neg", "empty", ".hidden"] { try Folder.create(folder("set/\(name)")) }
    folder.file("list", [])
    folder.file("set/.hidden/1.txt", "no".utf8)
    folder.file("set/pos/1.txt", "good\nfilm\n".utf8)
    folder.file("set/neg/1.txt", "bad\r\n".utf8)
    folder.file("set/pos/0.txt", "\u{FEFF}first".utf8)
    folder.file("set/pos/notes.md", "not a text".utf8)
    let found = ReaderCase(folder("set"), needsLabels: true)
    #expect(found.texts == ["bad", "first", "good\nfilm"])
    #expect(found.labels == ["neg", "pos", "pos"])
    #expect(found.ids == ["neg/1.txt", "pos/0.txt", "pos/1.txt"])
    #expect(ReaderCase(folder("set/pos")).error?.what.contains("no folders with .txt") == true)
    #expect(
      ReaderCase(folder("set"), LabelledReading(format: .csv)).error?.kind == .usage)
    #expect(
      ReaderCase(folder("list"), LabelledReading(format: .folder)).error?.kind == .usage)
  }

  @Test("A live reading tells the columns by the first line alone")
  func live() {
    let found = read(
      "a.txt", "plain words\nx\ty\n", LabelledReading(isLive: true), needsLabels: false)
    #expect(found.texts == ["plain words", "x\ty"])
  }
}

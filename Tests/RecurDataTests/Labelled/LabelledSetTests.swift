import RecurFiles
import TestSupport
import Testing

@testable import RecurData

@Suite("Labelled sets")
struct LabelledSetTests {
  private let folder = TemporaryFolder()

  private func refusal(
    _ paths: [String], _ reading: LabelledReading = LabelledReading(), _ names: [String]? = nil
  ) -> RecurError? {
    do throws(RecurError) {
      _ = try LabelledSet(contentsOf: paths, reading, classNames: names)
      return nil
    } catch {
      return error
    }
  }

  @Test("Files of different formats make one set; the bytes of the names order the classes")
  func files() throws {
    let first = Array("text,label\ngood,pos\nbad,neg\n".utf8)
    let second =
      "{\"text\": \"so so\", \"label\": \"meh, really\"}\n{\"text\": \"x\", \"label\": \"neg\"}\n"
    let paths = [folder.file("a.csv", first), folder.file("b.jsonl", second.utf8)]
    let set = try LabelledSet(contentsOf: paths)
    #expect(set.texts == ["good", "bad", "so so", "x"])
    #expect(set.classNames == ["meh, really", "neg", "pos"] && set.labels == [2, 1, 0, 1])
    #expect(set.classCounts == [1, 2, 1])
    #expect(set.sources.map(\.byteCount) == [first.count, second.utf8.count])
    #expect(set.sources[0].sha256 == SHA256Digest.hexadecimal(of: first))
    #expect(set.layouts.map(\.format) == [.csv, .jsonl])
  }

  @Test(
    "The negative of the usual pairs comes first",
    arguments: [
      ["neg", "pos"], ["negative", "positive"], ["0", "1"], ["no", "yes"], ["-1", "1"],
      ["false", "true"], ["bad", "good"], ["NEG", "POS"],
    ])
  func order(pair: [String]) throws {
    let text = "text,label\na,\(pair[1])\nb,\(pair[0])\nc,\(pair[1])\n"
    let set = try LabelledSet(contentsOf: [folder.file("a.csv", text.utf8)])
    #expect(set.classNames == pair && set.labels == [1, 0, 1])
  }

  @Test("Labels that only look alike are different classes")
  func exactLabels() throws {
    let text = "text,label\na,caf\u{E9}\nb,cafe\u{301}\nc,Caf\u{E9}\n"
    let set = try LabelledSet(contentsOf: [folder.file("a.csv", text.utf8)])
    #expect(set.classNames.count == 3)
  }

  @Test("With the classes given, a row of another class is bad, or an error where strict")
  func givenClasses() throws {
    let path = folder.file("a.csv", "text,label\na,yes\nb,maybe\nc,no\n".utf8)
    let set = try LabelledSet(contentsOf: [path], classNames: ["yes", "no"])
    #expect(set.labels == [0, 1] && set.classNames == ["yes", "no"] && set.badRows.count == 1)
    #expect(set.badRows.first[0].line == 3)
    #expect(set.badRows.first[0].reason == "\"maybe\" is not a class of the model")
    let strict = refusal([path], LabelledReading(isStrict: true), ["yes", "no"])
    #expect(strict?.place?.line == 3)
  }

  @Test("A set without a row says why")
  func nothing() {
    let none = refusal([folder.file("a.csv", "text,label\n".utf8)])
    #expect(none?.what == "there are no rows" && none?.hint.contains("with a header") == true)
    let other = refusal([folder.file("a.csv", "text,label\na,x\n".utf8)], .init(), ["pos", "neg"])
    #expect(other?.what == "no row can be used; the first: \"x\" is not a class of the model")
  }

  @Test("A folder's digest is that of sha256sum's list")
  func folderDigest() throws {
    try Folder.create(folder("set/neg"))
    folder.file("set/neg/1.txt", "bad\n".utf8)
    let set = try LabelledSet(contentsOf: [folder("set")])
    let list = "\(SHA256Digest.hexadecimal(of: Array("bad\n".utf8)))  neg/1.txt\n"
    #expect(set.sources[0].sha256 == SHA256Digest.hexadecimal(of: Array(list.utf8)))
    #expect(set.sources[0].byteCount == 4)
  }

  @Test("Texts that differ in case and white space alone are duplicates")
  func overlap() {
    let overlap = TextOverlap(
      of: ["A  good\tFILM ", "new", "", "ÉTÉ\u{A0}x", "a good film"],
      with: ["other", "a good film", "A GOOD FILM", "", "été x"])
    #expect(overlap.count == 3)
    #expect(overlap.examples.map(\.test) == [0, 3, 4])
    #expect(overlap.examples.map(\.training) == [1, 4, 1])
    #expect(TextOverlap(of: [], with: ["a"]).count == 0)
  }
}

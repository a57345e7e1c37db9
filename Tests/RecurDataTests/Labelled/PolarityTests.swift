import RecurData
import TestSupport
import Testing

struct PolarityTests {
  private let folder = TemporaryFolder()

  @Test("The usual words for two sides are told apart, in any case, and others are not")
  func words() {
    #expect(["0", "neg", "Negative", "NO", "false", "-1"].allSatisfy { Polarity($0) == .negative })
    #expect(
      ["1", "pos", "Positive", "YES", "true", "good"].allSatisfy { Polarity($0) == .positive })
    #expect(Polarity("neutral") == nil && Polarity("2") == nil && Polarity("") == nil)
  }

  @Test("Files that say 0 and 1 are read into classes that are called negative and positive")
  func otherWords() throws {
    folder.file("a.tsv", "0\tdreadful\n1\tlovely\n".utf8)
    folder.file("b.tsv", "pos\tfine\nneutral\tso so\nneg\tpoor\n".utf8)
    let set = try LabelledSet(
      contentsOf: [folder("a.tsv"), folder("b.tsv")],
      LabelledReading(textColumn: "2", labelColumn: "1"), classNames: ["negative", "positive"])
    #expect(set.classNames == ["negative", "positive"])
    #expect(set.texts == ["dreadful", "lovely", "fine", "poor"])
    #expect(set.labels == [0, 1, 1, 0])
    #expect(set.badRows.count == 1)
  }

  @Test("Classes that are no two sides take their own labels alone")
  func noSides() throws {
    folder.file("c.tsv", "spam\tbuy now\n1\tlovely\nham\tsee you\n".utf8)
    let set = try LabelledSet(
      contentsOf: [folder("c.tsv")], LabelledReading(textColumn: "2", labelColumn: "1"),
      classNames: ["spam", "ham"])
    #expect(set.labels == [0, 1])
    #expect(set.badRows.count == 1)
  }
}

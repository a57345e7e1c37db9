import RecurData
import RecurFiles
import RecurText
import TestSupport
import Testing

@Suite struct WordVectorsTests {
  private let folder = TemporaryFolder()
  private let vocabulary =
    Tokenizer(.word, fitting: Corpus(text: "The tide, the Gulls New-York")).vocabulary

  private func read(_ text: String, width: Int? = nil) throws -> WordVectors {
    try WordVectors(
      contentsOf: folder.file("vectors.txt", text.utf8), width: width, for: vocabulary)
  }

  private func vector(_ piece: String, in vectors: WordVectors) -> [Float]? {
    vocabulary.id(of: Array(piece.utf8)).flatMap { vectors.rows[$0] }
  }

  @Test("Pieces have the vectors of their words, in lower case where they are not found as spelt")
  func lookup() throws {
    let vectors = try read("the 1 -2\ngulls 0.5 2e-1\nThe 3 4\nother 9 9\n")
    #expect(vectors.width == 2 && vectors.wordCount == 4)
    #expect(vector("the", in: vectors) == [1, -2])
    #expect(vector("The", in: vectors) == [3, 4])
    #expect(vector("Gulls", in: vectors) == [0.5, 0.2])
    #expect(vector("tide", in: vectors) == nil)
    #expect(vectors.spaces.count == 1)
  }

  @Test("A first line of two whole numbers is word2vec's header")
  func header() throws {
    let vectors = try read("2 3\r\nthe 1 2 3\r\ntide 4 5 6\r\n")
    #expect(vectors.width == 3 && vectors.wordCount == 2)
    #expect(vector("tide", in: vectors) == [4, 5, 6])
  }

  @Test("Of a word that comes twice the first counts, and a word may contain spaces")
  func duplicates() throws {
    let vectors = try read("the 1 2\nthe 3 4\n. . . 5 6\n")
    #expect(vector("the", in: vectors) == [1, 2])
    #expect(vectors.wordCount == 3)
  }

  @Test(
    "A broken line is refused with its number, wanted or not",
    arguments: [
      ("the 1 2\nother 3\n", 2), ("the 1 2\nother 3 nan\n", 2), ("the 1 2\n\nother 3 inf\n", 3),
      ("the 1 2\nother 3 x\n", 2), ("the\n", 1), ("1 2 x\n", 1),
      ("the 1 2\ngood 3 4 5\n", 2), ("the 1 2\n" + String(repeating: "1 ", count: 140_000), 2),
    ])
  func broken(_ text: String, _ line: Int) {
    let error = #expect(throws: RecurError.self) { try read(text) }
    #expect(error?.kind == .badData && error?.place?.line == line, "\(error?.what ?? "")")
  }

  @Test("Vectors of another width than the embedding are refused with both")
  func width() {
    let error = #expect(throws: RecurError.self) { try read("the 1 2\n", width: 3) }
    #expect(error?.kind == .badConfiguration)
    #expect(error?.what.contains("2") == true && error?.what.contains("3") == true)
    #expect(error?.hint.contains("--embedding-size 2") == true)
  }

  @Test("A file without vectors is refused", arguments: ["\n\n", "2 3\n"])
  func empty(_ text: String) {
    let error = #expect(throws: RecurError.self) { try read(text) }
    #expect(error?.kind == .badData)
  }
}

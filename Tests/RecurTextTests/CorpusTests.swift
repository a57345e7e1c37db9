import Glibc
import RecurFiles
import RecurText
import TestSupport
import Testing

@Suite("Corpus")
struct CorpusTests {
  let folder = TemporaryFolder()

  private func error(
    _ bytes: [UInt8], _ policy: InvalidUTF8Policy = .stop
  ) -> RecurError? {
    #expect(throws: RecurError.self) {
      try Corpus(contentsOf: folder.file("input.txt", bytes), invalidUTF8: policy)
    }
  }

  @Test("A file is its text, and files follow one another")
  func reading() throws {
    let (first, second) = (folder.file("a", "héllo\n".utf8), folder.file("b", "世界".utf8))
    let corpus = try Corpus(contentsOf: [first, second])
    #expect(corpus.utf8 == Array("héllo\n世界".utf8))
    #expect((corpus.byteCount, corpus.characterCount) == (13, 8))
    #expect(corpus.sources.map(\.range) == [0..<7, 7..<13])
    #expect(corpus.sources.map(\.path) == [first, second])
    #expect(corpus.sources[0].sha256 == SHA256Digest.hexadecimal(of: Array("héllo\n".utf8)))
    #expect(Corpus(text: "ab").utf8 == [0x61, 0x62])
  }

  @Test("A byte order mark is dropped at the beginning only")
  func byteOrderMark() throws {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF, 0x61, 0xEF, 0xBB, 0xBF]
    let corpus = try Corpus(contentsOf: folder.file("bom", bytes))
    #expect(corpus.utf8 == Array(bytes[3...]))
    #expect(corpus.sources[0].sha256 == SHA256Digest.hexadecimal(of: bytes))
    #expect(error(Array(bytes[..<3]))?.what == "the file has no text")
  }

  @Test(
    "Ill-formed UTF-8 stops with its byte and line, or is replaced or skipped",
    arguments: [
      ([0xFF], 1), ([0xC0, 0xAF], 2), ([0xE0, 0x80, 0xAF], 3), ([0xED, 0xA0, 0x80], 3),
      ([0xF4, 0x90, 0x80, 0x80], 4), ([0xF5], 1), ([0x80], 1), ([0xE2, 0x82], 1),
      ([0xF0, 0x9F, 0x98], 1), ([0xC3], 1), ([0xE2, 0x28, 0xA1], 2),
    ] as [([UInt8], Int)])
  func illFormed(bytes: [UInt8], replacements: Int) throws {
    for tail in ["", "é\nend"] {
      let content = Array("one\nzwö".utf8) + bytes + Array(tail.utf8)
      let stopped = try #require(error(content))
      #expect(stopped.kind == .badData)
      #expect(stopped.place?.byte == 8)
      #expect(stopped.place?.line == 2)
      #expect(stopped.hint.contains("--invalid-utf8 replace"))
      let path = folder.file("input.txt", content)
      let replaced = try Corpus(contentsOf: path, invalidUTF8: .replace)
      // The standard library replaces the same maximal subparts.
      #expect(replaced.utf8 == Array(String(decoding: content, as: UTF8.self).utf8))
      #expect(replaced.invalidSequenceCount == replacements)
      let skipped = try Corpus(contentsOf: path, invalidUTF8: .skip)
      let kept = bytes.contains(0x28) ? "(" : ""
      #expect(skipped.utf8 == Array("one\nzwö\(kept)\(tail)".utf8))
      #expect(skipped.invalidSequenceCount == replacements)
    }
  }

  @Test("UTF-16, UTF-32 and binary files are told apart")
  func foreignFiles() {
    let latin = "Now is the time.\n"
    var (little, big, wide): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    for byte in latin.utf8 {
      little += [byte, 0]
      big += [0, byte]
      wide += [byte, 0, 0, 0]
    }
    let marked: [[UInt8]] = [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big]
    for bytes in [little, big] + marked {
      #expect(error(bytes)?.what == "the text is UTF-16, not UTF-8")
      #expect(error(bytes, .replace)?.hint.contains("iconv -f UTF-16") == true)
    }
    #expect(error(wide)?.what == "the text is UTF-32, not UTF-8")
    let program: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 0, 0, 0xFF, 0xFE]
    #expect(error(program)?.what == "this is not text but a binary file")
    let archive: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0]
    #expect(error(archive)?.what == "this is a gzip archive")
    let withZero: [UInt8] = [0x61, 0, 0x62]
    #expect(throws: Never.self) { try Corpus(contentsOf: folder.file("nul", withZero)) }
  }

  @Test("A file that no memory holds is refused before it is read")
  func tooLarge() {
    let path = folder.file("large", [])
    // A sparse file, where the file system has one.
    guard truncate(path, 1 << 43) == 0 else { return }
    let error = #expect(throws: RecurError.self) { try Corpus(contentsOf: path) }
    #expect(error?.what.contains("8796093 MB") == true, "\(error?.what ?? "")")
  }

  @Test("A text may begin with the letters of a format")
  func letters() throws {
    let path = folder.file("a", "GGUF is a format".utf8)
    #expect(try Corpus(contentsOf: path).utf8 == Array("GGUF is a format".utf8))
  }

  @Test("What cannot be read is named")
  func unreadable() {
    #expect(error([])?.what == "the file is empty")
    #expect(throws: RecurError.self) { try Corpus(contentsOf: folder.path) }
    let missing = #expect(throws: RecurError.self) { try Corpus(contentsOf: folder("none")) }
    #expect(missing?.kind == .missingInput)
  }

  @Test("Characters parted by a chunk's border, at every position")
  func chunkBorders() throws {
    // Pieces of 1 MiB: the text is moved across the border byte by byte.
    let text = Array("aé世👩\u{FFFD}".utf8)
    for shift in 0...text.count {
      let lead = [UInt8](repeating: 0x2E, count: (1 << 20) - shift)
      let corpus = try Corpus(contentsOf: folder.file("border", lead + text))
      #expect(corpus.byteCount == lead.count + text.count)
      #expect(Array(corpus.utf8.suffix(text.count)) == text)
      let broken = lead + text.dropLast() + [0xFF]
      let error = #expect(throws: RecurError.self) {
        try Corpus(contentsOf: folder.file("border", broken))
      }
      // U+FFFD without its last byte is ill-formed from its first.
      #expect(error?.place?.byte == broken.count - 3)
    }
  }

  @Test("A single line of 20 MB is read and encoded")
  func oneLongLine() throws {
    let words = Array("Wörter ohne Ende, ".utf8)
    let bytes = [UInt8](
      unsafeUninitializedCapacity: 20_000_000 / words.count * words.count
    ) { buffer, count in
      count = buffer.count
      for start in stride(from: 0, to: count, by: words.count) {
        for offset in 0..<words.count { buffer[start + offset] = words[offset] }
      }
    }
    let corpus = try Corpus(contentsOf: folder.file("line", bytes))
    #expect(corpus.byteCount == bytes.count)
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: "Wörter ohne Ende, "))
    #expect(tokenizer.encode(corpus).count == corpus.characterCount)
    #expect(Tokenizer(.word, fitting: corpus).vocabulary.count == 256 + 5)
  }
}

import RecurFiles
import Testing

@testable import RecurText

@Suite("Subwords")
struct SubwordTests {
  private let corpus = Corpus(
    text: String(repeating: "the cat sat on the mat, the hats; naïve 東京東京 👩‍👩‍👧\r\n\r\n", count: 3))

  private func pieces(_ tokenizer: Tokenizer) -> [String] {
    (256..<Int32(tokenizer.vocabulary.count)).map(tokenizer.vocabulary.spelling)
  }

  @Test("Characters come first, then the pairs that occur most often, ties by the smaller ids")
  func learning() {
    // b stands 6 times, a and c 3 times, the space twice.
    let tokenizer = Tokenizer(.subword, fitting: Corpus(text: "bab bab babccc"))
    // "ab" and "ba" occur 3 times each, and b has the smaller id; "cc" and " bab" occur twice each.
    #expect(pieces(tokenizer) == ["b", "a", "c", " ", "ba", "bab", "cc", " bab"])
    #expect(tokenizer.encode("bab").count == 1)
    #expect(tokenizer.encode(" abba").map(tokenizer.vocabulary.spelling) == [" ", "a", "b", "ba"])
    #expect(tokenizer.coverage == 1)
  }

  @Test("Learning equals counting all pairs anew before each merge")
  func equalsNaiveLearning() {
    var random = RandomText(seed: 31)
    for round in 0..<60 {
      let alphabet = Array("aabc \n".utf8)
      let text = (0..<150).map { _ in alphabet[random.next(below: alphabet.count)] }
      let corpus = Corpus(text: String(decoding: text, as: UTF8.self))
      let room = 5 + random.next(below: 40)
      let tokenizer = Tokenizer(.subword, fitting: corpus, maximumVocabulary: 256 + room)
      let expected = NaiveSubwords(tokenizer, fitting: text, room: room)
      #expect(pieces(tokenizer) == expected.pieces, "round \(round)")
      #expect(
        tokenizer.merges.merges.map(NaiveSubwords.Pair.init) == expected.merges, "round \(round)")
    }
  }

  @Test("Encoding applies the merge that was learnt first, and of its places the first")
  func equalsNaiveEncoding() {
    let tokenizer = Tokenizer(.subword, fitting: corpus)
    #expect(tokenizer.merges.merges.count > 20)
    var random = RandomText(seed: 33)
    let letters = Array("the catsmon東京👩\u{200D}\r\n".unicodeScalars)
    for _ in 0..<300 {
      var text = ""
      for _ in 0..<40 { text.unicodeScalars.append(letters[random.next(below: letters.count)]) }
      let expected = NaiveSubwords.encode(text, tokenizer)
      #expect(tokenizer.encode(text) == expected, "\(text.debugDescription)")
    }
  }

  @Test("What words occur before changes nothing, also when more occur than are kept")
  func keptWords() {
    let tokenizer = Tokenizer(.subword, fitting: Corpus(text: "word 12 34 56 word 12 345 6"))
    var text = ""
    for number in 0..<70_000 { text += " \(number)" }
    let expected = (0..<70_000).flatMap { number in
      number % 10_000 < 20 ? tokenizer.encode(" \(number)") : []
    }
    var found: [Int32] = []
    for token in tokenizer.tokens(in: Array(text.utf8)) {
      let number = Self.number(at: token.range.lowerBound)
      if number % 10_000 < 20 { found.append(token.id) }
    }
    #expect(found == expected)
    #expect(tokenizer.encode(text) == tokenizer.tokens(in: Array(text.utf8)).map(\.id))
  }

  /// Which of the numbers " 0 1 2 …" stands at a byte.
  private static func number(at byte: Int) -> Int {
    var (begin, first, digits) = (0, 0, 1)
    while true {
      let last = digits == 1 ? 10 : first * 10
      let bytes = (last - first) * (digits + 1)
      if byte < begin + bytes { return first + (byte - begin) / (digits + 1) }
      (begin, first, digits) = (begin + bytes, last, digits + 1)
    }
  }

  @Test("A word of ten million letters takes seconds", .timeLimit(.minutes(2)))
  func longWord() {
    let tokenizer = Tokenizer(.subword, fitting: Corpus(text: "abcabcabc aab aab"))
    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000_000)
    for index in stride(from: 1, to: bytes.count, by: 3) { bytes[index] = UInt8(ascii: "b") }
    let ids = tokenizer.encode(bytes)
    #expect(tokenizer.decode(ids) == bytes)
    #expect(ids.count < bytes.count / 2)
    let learnt = Tokenizer(
      .subword, fitting: Corpus(text: String(repeating: "ab", count: 200_000)),
      maximumVocabulary: 300)
    let longest = pieces(learnt).map(\.utf8.count).max()
    #expect(longest == Vocabulary.longestPiece)
  }

  @Test("The spelling of a byte token is never learnt as a piece")
  func spellingsOfBytes() throws {
    let text = String(repeating: "<0x41> 0<0x41>\n", count: 50)
    let tokenizer = Tokenizer(.subword, fitting: Corpus(text: text))
    #expect(tokenizer.decode(tokenizer.encode(text)) == Array(text.utf8))
    #expect(!pieces(tokenizer).contains { $0.hasPrefix("<0x") && $0.hasSuffix(">") })
    #expect(try Tokenizer(serialized: tokenizer.serialized()) == tokenizer)
  }

  @Test("The vocabulary is capped; characters get at most half of what the bytes leave")
  func cap() {
    let tokenizer = Tokenizer(.subword, fitting: corpus, maximumVocabulary: 256 + 20)
    #expect(tokenizer.vocabulary.count == 276)
    #expect(pieces(tokenizer).filter { $0.unicodeScalars.count == 1 }.count == 10)
    #expect(tokenizer.coverage < 1)
    // Words of two characters out of 4,500, each word twice.
    let letters = (0..<4500).compactMap { UnicodeScalar(UInt32(0x4E00 + $0)) }.map(String.init)
    let words = (1...2).flatMap { step in
      letters.indices.map { letters[$0] + letters[($0 + step) % letters.count] }
    }
    let pairs = Corpus(text: (words + words).joined(separator: "\n"))
    let free = Tokenizer(.subword, fitting: pairs)
    #expect(free.vocabulary.count == Tokenizer.defaultSubwordVocabulary)
    #expect(free.merges.merges.count == (Tokenizer.defaultSubwordVocabulary - 256) / 2)
    let frequent = Tokenizer(.subword, fitting: pairs, minimumCount: 3)
    #expect(frequent.merges.merges.isEmpty)
  }

  @Test("Normalizing in chunks changes no token")
  func chunks() {
    let word = String(repeating: "é", count: 60)
    let line = "\(word)  \(word) \t\n\n \(word)\r\n\u{301}"
    let text = Array(String(repeating: line, count: 4_500_000 / line.utf8.count).utf8)
    let composed = Tokenizer(
      .subword, fitting: Corpus(text: line), minimumCount: 1, normalization: .nfc)
    let plain = Tokenizer(.subword, fitting: Corpus(text: line), minimumCount: 1)
    #expect(composed.encode(text) == plain.encode(text))
    #expect(composed.tokens(in: text).last?.range.upperBound == text.count)
  }

  @Test("Spaced words are cut as readers of the rule expect")
  func spacedWords() {
    let unit = TextUnit.spacedWord
    #expect(
      unit.pieces(of: "Don't  stop \t me \n\n  now 12ab 'tis “Quoted” x’s") == [
        "Don't", " ", " stop", " \t", " me", " \n", "\n", " ", " now", " 12", "ab", " '", "tis",
        " “", "Quoted", "”", " x’s",
      ])
    #expect(unit.pieces(of: " \tx\u{0}{}") == [" ", "\t", "x", "\u{0}{}"])
    #expect(unit.pieces(of: "नमस्ते। 世界、人々。 ") == ["नमस्ते", "।", " 世界", "、", "人々", "。", " "])
    #expect(unit.pieces(of: "a'' a'") == ["a", "''", " a", "'"])
    #expect(unit.pieces(of: "\r\n\r\n  ") == ["\r\n", "\r\n", "  "])
  }
}

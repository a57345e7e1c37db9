import RecurText
import Testing

/// Texts that are hard to give back unchanged.
let difficultTexts = [
  "", "a", "\u{0}", "\r\n\r\r\n", "\u{FEFF}\u{FEFF}x", "<0x41><0xC3>", "e\u{301} é",
  "\u{D7FF}\u{E000}\u{FFFE}\u{FFFF}\u{1FFFE}\u{10FFFF}", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇫🇷🇺",
  "Ĳssel ﬁ ǆ İi ẞß ΌΣΟΣ", "मानव अधिकारों की सार्वभौम घोषणा", "ปฏิญญาสากลว่าด้วยสิทธิมนุษยชน",
  "世界人权宣言 世界人権宣言 세계 인권 선언", "اَلْإِعْلَانُ הכרזה", "a\u{300}\u{301}\u{302}\u{303}\u{304}",
  "\u{200B}\u{200D}\u{2028}\u{2029}\u{85}", "Z\u{335}\u{321}a\u{489}l\u{353}go",
]

@Suite("Tokenizer")
struct TokenizerTests {
  let corpus = Corpus(
    text: "the cat sat on the mat, the cat's hat: naïve café 東京 👩‍👩‍👧 e\u{301}\r\n")

  @Test("Decoding gives back every byte", arguments: Segmentation.allCases)
  func roundTrip(segmentation: Segmentation) {
    for tokenizer in [
      Tokenizer(segmentation, fitting: corpus),
      Tokenizer(segmentation, fitting: Corpus(text: "")),
      Tokenizer(segmentation, fitting: corpus, maximumVocabulary: 262, minimumCount: 2),
    ] {
      for text in difficultTexts + [String(decoding: corpus.utf8, as: UTF8.self)] {
        #expect(tokenizer.decode(tokenizer.encode(text)) == Array(text.utf8))
        #expect(Array(tokenizer.decodeText(tokenizer.encode(text)).utf8) == Array(text.utf8))
      }
      var random = RandomText(seed: 3)
      for _ in 0..<200 {
        let text = random.utf8(count: 50)
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
        let bytes = (0..<30).map { _ in UInt8(random.next(below: 256)) }
        #expect(tokenizer.decode(tokenizer.encode(bytes)) == bytes)
      }
    }
  }

  @Test("Token ranges tile the source", arguments: Segmentation.allCases)
  func rangesTile(segmentation: Segmentation) {
    let tokenizer = Tokenizer(segmentation, fitting: corpus, minimumCount: 2)
    var random = RandomText(seed: 5)
    for _ in 0..<200 {
      let text = random.utf8(count: 60)
      let tokens = tokenizer.tokens(in: text)
      #expect(tokens.map(\.id) == tokenizer.encode(text))
      var position = 0
      for token in tokens {
        #expect(token.range.lowerBound == position && !token.range.isEmpty)
        #expect(Array(text[token.range]) == tokenizer.vocabulary.bytes(of: token.id))
        position = token.range.upperBound
      }
      #expect(position == text.count)
    }
  }

  @Test("Pieces are numbered after the byte tokens, by count and then by bytes")
  func orderOfIDs() {
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: "bbaaéc"))
    let pieces = (256..<Int32(tokenizer.vocabulary.count)).map(tokenizer.vocabulary.spelling)
    #expect(pieces == ["a", "b", "c", "é"])
    #expect(tokenizer.encode("a") == [256])
    #expect(tokenizer.encode("z") == [0x7A])
    #expect(tokenizer.encode("ü") == [0xC3, 0xBC])
    #expect(tokenizer.vocabulary.spelling(of: 0x0A) == "<0x0A>")
    #expect(tokenizer.vocabulary.id(of: "é".utf8) == 259)
    #expect(tokenizer.vocabulary.id(of: "zz".utf8) == nil)
    #expect(tokenizer.vocabulary.id(of: [0xFF]) == 255)
  }

  @Test("Canonically equivalent pieces are different tokens")
  func canonicallyEquivalentPieces() {
    let tokenizer = Tokenizer(.grapheme, fitting: Corpus(text: "ée\u{301}"))
    #expect(tokenizer.vocabulary.count == 258)
    #expect(Set(tokenizer.encode("ée\u{301}")).count == 2)
  }

  @Test("A word outside the vocabulary is written as its characters, then bytes")
  func fallback() {
    let text = "aa aa aa zx zx q"
    let tokenizer = Tokenizer(
      .word, fitting: Corpus(text: text), maximumVocabulary: 256 + 5, minimumCount: 2)
    // " " and "aa" are the pieces with room to spare; "zx" fits as well, "q" occurs once.
    #expect(tokenizer.encode("zx").count == 1)
    #expect(tokenizer.encode("q") == [0x71])
    let small = Tokenizer(.word, fitting: Corpus(text: text), maximumVocabulary: 256 + 4)
    #expect(small.vocabulary.count == 260)
    #expect(small.decode(small.encode(text)) == Array(text.utf8))
    let words = Corpus(text: String(repeating: "ab ba abba baab bab ", count: 3))
    let capped = Tokenizer(.word, fitting: words, maximumVocabulary: 256 + 8)
    #expect(capped.vocabulary.count <= 264)
    #expect(capped.coverage == 1)
    let tight = Tokenizer(.word, fitting: words, maximumVocabulary: 256 + 4)
    #expect(tight.vocabulary.id(of: "b".utf8).map { $0 >= 256 } == true)
    #expect(tight.coverage < 1)
  }

  @Test("The vocabulary is capped and the coverage is what it says")
  func capAndCoverage() {
    let tokenizer = Tokenizer(
      .character, fitting: Corpus(text: "aaaabbbccd"), maximumVocabulary: 258)
    #expect(tokenizer.vocabulary.count == 258)
    #expect(tokenizer.coverage == 0.7)
    #expect(
      Tokenizer(.character, fitting: Corpus(text: "aab"), minimumCount: 2).coverage == 2 / 3.0)
    #expect(Tokenizer(.character, fitting: corpus, maximumVocabulary: 0).vocabulary.count == 256)
    #expect(Tokenizer(.byte, fitting: corpus).vocabulary.count == 256)
  }

  @Test("Normalization and case folding keep the way back to the source")
  func offsetsThroughNormalization() {
    let source = "AﬁE\u{301}ßx"
    let utf8 = Array(source.utf8)
    let tokenizer = Tokenizer(
      .character, fitting: Corpus(text: source), normalization: .nfkc, caseFolding: true)
    let tokens = tokenizer.tokens(in: utf8)
    #expect(tokenizer.decodeText(tokens.map(\.id)) == "afiéssx")
    #expect(
      tokens.map(\.range) == [0..<1, 1..<4, 1..<4, 4..<7, 7..<9, 7..<9, 9..<10])
    #expect(tokens.map(\.id) == tokenizer.encode(source))
  }

  @Test("Folding and normalizing in chunks equals doing it at once")
  func normalizationOfLongTexts() {
    let line = "Straße ﬁne ÅE\u{301}\u{327} 각"
    let count = 4_300_000 / line.utf8.count
    let text = String(repeating: line, count: count)
    let tokenizer = Tokenizer(
      .word, fitting: Corpus(text: line), normalization: .nfkc, caseFolding: true)
    let tokens = tokenizer.tokens(in: Array(text.utf8))
    let expected = NormalizedText(Array(line.utf8), .nfkc, caseFolding: true).utf8
    #expect(tokens.last?.range.upperBound == text.utf8.count)
    #expect(tokenizer.decode(tokens.map(\.id)).count == expected.count * count)
  }
}

import RecurText
import Testing

@Suite("Streaming decoder")
struct StreamingDecoderTests {
  private let tokenizer = Tokenizer(.word, fitting: Corpus(text: "hello wörld 世界"))

  private func stream(_ ids: [Int32]) -> [String] {
    var decoder = tokenizer.streamingDecoder()
    return ids.map { decoder.append($0) } + [decoder.finish()]
  }

  @Test("A character whose bytes come one by one appears when it is complete")
  func holdsBackPartialCharacters() {
    #expect(stream([0xF0, 0x9F, 0x91, 0xA9, 0x61]) == ["", "", "", "👩", "a", ""])
    #expect(stream([0xC3]) == ["", "\u{FFFD}"])
    #expect(stream([0xC3, 0x61]) == ["", "\u{FFFD}a", ""])
    #expect(stream([0xFF, 0xE4, 0xB8]) == ["\u{FFFD}", "", "", "\u{FFFD}"])
  }

  @Test("All answers together are the decoded text, for any ids")
  func equalsDecodingAtOnce() {
    var random = RandomText(seed: 23)
    let interesting: [Int32] = [0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0xED, 0xA0, 0xFF, 0x80]
    for _ in 0..<500 {
      let ids = (0..<12).map { _ -> Int32 in
        random.next(below: 3) == 0
          ? Int32(random.next(below: tokenizer.vocabulary.count))
          : interesting[random.next(below: interesting.count)]
      }
      let text = stream(ids).joined()
      #expect(Array(text.utf8) == Array(tokenizer.decodeText(ids).utf8), "\(ids)")
    }
  }

  @Test("Ids outside the vocabulary have no bytes")
  func foreignIDs() {
    #expect(tokenizer.vocabulary.bytes(of: [0x61, 100_000]) == nil)
    #expect(tokenizer.vocabulary.bytes(of: [-1]) == nil)
    #expect(tokenizer.vocabulary.bytes(of: [] as [Int32]) == [])
  }
}

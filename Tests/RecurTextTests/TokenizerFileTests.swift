import RecurFiles
import RecurText
import TestSupport
import Testing

@Suite("tokenizer.json")
struct TokenizerFileTests {
  private let corpus = Corpus(text: "cafe\u{301} café \"\\/\u{0}\u{7F}\u{2028} <0x41> 世界 👩‍👩‍👧\r\n")

  @Test("Writing and reading gives back the tokenizer", arguments: Segmentation.allCases)
  func roundTrip(segmentation: Segmentation) throws {
    let folder = TemporaryFolder()
    for normalization in Normalization.allCases {
      for caseFolding in [false, true] {
        let tokenizer = Tokenizer(
          segmentation, fitting: corpus, minimumCount: 1, normalization: normalization,
          caseFolding: caseFolding)
        try tokenizer.write(to: folder("tokenizer.json"))
        let read = try Tokenizer(contentsOf: folder("tokenizer.json"))
        #expect(read == tokenizer)
        #expect(read.encode(corpus) == tokenizer.encode(corpus))
        #expect(read.versionWarning == nil)
      }
    }
  }

  @Test("A file cut at any length is refused")
  func truncation() {
    let bytes = Tokenizer(.grapheme, fitting: Corpus(text: "aé\"")).serialized()
    // The byte tokens in the middle are all alike: there every 17th length will do.
    let middle = 1200..<(bytes.count - 500)
    for length in 0..<(bytes.count - 2) where !middle.contains(length) || length % 17 == 0 {
      let error = #expect(throws: RecurError.self) {
        try Tokenizer(serialized: Array(bytes[..<length]))
      }
      if error?.kind != .badData { Issue.record("\(length) bytes: \(String(describing: error))") }
    }
  }

  @Test("A byte changed anywhere is refused or means a tokenizer that works")
  func damage() {
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: "aé"))
    let bytes = tokenizer.serialized()
    var random = RandomText(seed: 9)
    for _ in 0..<600 {
      var damaged = bytes
      damaged[random.next(below: bytes.count)] = UInt8(random.next(below: 256))
      do throws(RecurError) {
        let read = try Tokenizer(serialized: damaged)
        #expect(read.decode(read.encode("aéß")) == Array("aéß".utf8))
      } catch {
        #expect(error.kind == .badData)
      }
    }
  }

  @Test(
    "What cannot be right is refused",
    arguments: [
      (#""<0x00>": 0"#, #""<0x00>": 1"#), (#""<0x00>": 0"#, #""<0x00>": -1"#),
      (#""<0x00>": 0"#, #""<0x00>": 99999999999999999999"#), (#""<0x00>": 0"#, #""<0x00>": 0.0"#),
      (#""<0x00>": 0"#, #""<0x00>": "0""#), (#""<0x00>": 0"#, #""<0x00>": 0, "": 257"#),
      (#""<0x00>": 0"#, #""<0x-1>": 0"#), (#""<0x00>": 0"#, #""<0x0>": 0"#),
      (#""<0x0A>": 10"#, #""<0x0a>": 10"#), (#""<0x00>": 0"#, #""x": 0"#),
      (#""<0x00>": 0"#, #""<0x00>": 0, "b": 300"#), (#""<0x00>": 0"#, #""<0x00>": 0, "a": 257"#),
      (#""byte_fallback": true"#, #""byte_fallback": false"#),
      (#""ignore_merges": false"#, #""ignore_merges": true"#),
      (#""merges": []"#, #""merges": [["a", "b"]]"#),
      (#""type": "BPE""#, #""type": "WordLevel""#),
      (#""pre_tokenizer": null"#, #""pre_tokenizer": {"type": "Whitespace"}"#),
      (#""normalizer": null"#, #""normalizer": {"type": "Lowercase"}"#),
      (#""normalizer": null"#, #""normalizer": {"type": "StripAccents"}"#),
      (#""normalizer": null"#, #""normalizer": 3"#),
      (#""added_tokens": []"#, #""added_tokens": [{"id": 1}]"#),
      (#""post_processor": null"#, #""post_processor": {}"#),
      (#""version": "1.0""#, #""version": "2.0""#),
      (#""type": "Fuse""#, #""type": "Metaspace""#),
      (#""segmentation": "character""#, #""segmentation": "word""#),
      (#""segmentation": "character""#, #""segmentation": "syllable""#),
      (#""segmentation": "character""#, #""segmentation": 7"#),
      (#""coverage": 1.0"#, #""coverage": 2"#), (#""vocab""#, #""vocabulary""#),
      (#""model""#, #""modell""#), (#""recur": {"#, #""recur": 1, "more": {"#),
    ])
  func hostileFiles(part: String, replacement: String) throws {
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: "a"))
    let text = String(decoding: tokenizer.serialized(), as: UTF8.self)
    try #require(text.contains(part), "\(part) is not in the file")
    let hostile = Array(Self.replacing(part, with: replacement, in: text).utf8)
    let error = #expect(throws: RecurError.self) { try Tokenizer(serialized: hostile) }
    #expect(error?.kind == .badData)
    #expect(error?.place?.path == "tokenizer.json")
  }

  @Test("A token of a megabyte is refused, and such a piece is never learnt")
  func hugeTokens() throws {
    let marks = "a" + String(repeating: "\u{301}", count: 500_000)
    let tokenizer = Tokenizer(.grapheme, fitting: Corpus(text: marks))
    #expect(tokenizer.decode(tokenizer.encode(marks)) == Array(marks.utf8))
    #expect(tokenizer.vocabulary.count == 256 + 2)
    let text = String(decoding: tokenizer.serialized(), as: UTF8.self)
    let hostile = Self.replacing(#""a""#, with: "\"\(marks)\"", in: text)
    #expect(throws: RecurError.self) { try Tokenizer(serialized: Array(hostile.utf8)) }
  }

  @Test("Another version of Unicode is warned of where it can matter")
  func otherVersion() throws {
    for (segmentation, warns) in [(Segmentation.character, false), (.word, true)] {
      let tokenizer = Tokenizer(segmentation, fitting: corpus)
      let text = Self.replacing(
        "\"unicode\": \"\(UnicodeVersion.current.unicode)\"", with: "\"unicode\": \"9.0\"",
        in: String(decoding: tokenizer.serialized(), as: UTF8.self))
      let warning = try Tokenizer(serialized: Array(text.utf8)).versionWarning
      #expect((warning != nil) == warns)
      if let warning { #expect(warning.contains("9.0")) }
    }
  }

  @Test(
    "A version that is none is refused: messages show it",
    arguments: [#"\u001b]0;x\u0007"#, "9.0 ", "", "1.2.3.4.5.6.7.8.9.10.11"])
  func versions(_ version: String) {
    let text = Self.replacing(
      "\"unicode\": \"\(UnicodeVersion.current.unicode)\"", with: "\"unicode\": \"\(version)\"",
      in: String(decoding: Tokenizer(.word, fitting: corpus).serialized(), as: UTF8.self))
    let error = #expect(throws: RecurError.self) { try Tokenizer(serialized: Array(text.utf8)) }
    #expect(error?.what.contains("`model.recur.unicode` is no version") == true)
  }

  /// Replaces the first occurrence.
  private static func replacing(
    _ part: String, with replacement: String, in text: String
  ) -> String {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    for start in 0...(text.count - part.count)
    where text[start..<(start + part.count)].elementsEqual(part) {
      return String(
        decoding: text[..<start] + Array(replacement.utf8) + text[(start + part.count)...],
        as: UTF8.self)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

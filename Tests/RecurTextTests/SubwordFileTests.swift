import RecurFiles
import RecurText
import Testing

@Suite("tokenizer.json of subwords")
struct SubwordFileTests {
  /// The pieces c . a b ab abc.
  private static let tokenizer = Tokenizer(.subword, fitting: Corpus(text: "abc.abc.ab.cc"))

  private static let merges = #"[["a","b"],["ab","c"]]"#

  private static func file(merges: String) throws -> [UInt8] {
    let value = try JSONGate.value(
      from: tokenizer.serialized(), limits: .tokenizer, path: "tokenizer.json")
    let text = String(decoding: value.encoded(), as: UTF8.self)
    let parts = text.split(separator: Self.merges, omittingEmptySubsequences: false)
    try #require(parts.count == 2, "\(text.suffix(200))")
    return Array((parts[0] + merges + parts[1]).utf8)
  }

  @Test("Merges are read as pairs and as strings of old")
  func spellings() throws {
    for merges in [Self.merges, #"["a b","ab c"]"#, #"["a b",["ab","c"]]"#] {
      let read = try Tokenizer(serialized: Self.file(merges: merges))
      #expect(read == Self.tokenizer)
      #expect(read.encode("abca").map(read.vocabulary.spelling) == ["abc", "a"])
    }
    let without = try Tokenizer(serialized: Self.file(merges: "[]"))
    #expect(without != Self.tokenizer)
    #expect(without.encode("abca").count == 4)
  }

  @Test("The order of merges is kept")
  func order() throws {
    let read = try Tokenizer(serialized: Self.file(merges: #"[["ab","c"],["a","b"]]"#))
    #expect(read != Self.tokenizer)
    #expect(try Tokenizer(serialized: read.serialized()) == read)
  }

  @Test(
    "Merges that cannot be applied are refused",
    arguments: [
      #"[["a","b"],["a","b"]]"#, #"[["a","x"]]"#, #"[["x","a"]]"#, #"[["a","c"]]"#,
      #"[["a"]]"#, #"[["a","b","c"]]"#, #"[["a",1]]"#, #"[["a","b",1]]"#, #"["ab"]"#, #"["a b c"]"#,
      #"["a  b"]"#, "[[]]", "[1]", "1", "null", "{}", #"[["<0x41>","a"]]"#, #"[["","a"]]"#,
      #"[["a",""]]"#, #"[null]"#,
    ])
  func hostileMerges(merges: String) throws {
    let file = try Self.file(merges: merges)
    let error = #expect(throws: RecurError.self) { try Tokenizer(serialized: file) }
    #expect(error?.kind == .badData)
    #expect(error?.what.contains("merge") == true)
  }

  @Test("A byte changed anywhere is refused or means a tokenizer that works")
  func damage() throws {
    let bytes = try Self.file(merges: Self.merges)
    var random = RandomText(seed: 37)
    for _ in 0..<600 {
      var damaged = bytes
      // Half of them where the merges are.
      let place = random.next(below: 2) == 0 ? bytes.count - 30 : 0
      damaged[place + random.next(below: bytes.count - place)] = UInt8(random.next(below: 256))
      do throws(RecurError) {
        let read = try Tokenizer(serialized: damaged)
        #expect(read.decode(read.encode("abcß ab")) == Array("abcß ab".utf8))
      } catch {
        #expect(error.kind == .badData)
      }
    }
  }

  @Test("A version of Unicode matters only where a text is normalized or folded")
  func version() throws {
    for (form, warns) in [(Normalization.none, false), (.nfc, true)] {
      let tokenizer = Tokenizer(.subword, fitting: Corpus(text: "ab"), normalization: form)
      let text = String(decoding: tokenizer.serialized(), as: UTF8.self)
      let parts = text.split(separator: "\"\(UnicodeVersion.current.unicode)\"")
      let read = try Tokenizer(serialized: Array(parts.joined(separator: "\"9.0\"").utf8))
      #expect((read.versionWarning != nil) == warns)
    }
  }
}

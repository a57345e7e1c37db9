import FoundationEssentials
import RecurFiles
import RecurText
import Testing

/// Token ids as Hugging Face's tokenizers gives them for the files that Recur writes; see
/// `Tests/Golden/tokenizers/generate.py`.
@Suite("Hugging Face's tokenizers")
struct TokenizerGoldenTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    + "/Golden/tokenizers"

  private static let kinds: [(name: String, segmentation: Segmentation, form: Normalization)] = [
    ("byte", .byte, .none), ("character", .character, .none), ("grapheme", .grapheme, .none),
    ("word", .word, .none), ("character-nfc", .character, .nfc),
    ("grapheme-nfkd", .grapheme, .nfkd), ("subword", .subword, .none),
    ("subword-nfc", .subword, .nfc),
  ]

  private static func value(_ name: String) throws(RecurError) -> JSONValue {
    let path = "\(folder)/\(name)"
    return try JSONGate.value(
      from: try InputFile.read(path), limits: .tokenizer, path: path)
  }

  private static func texts() throws -> [String] {
    try #require(try value("texts.json").elements).compactMap(\.string)
  }

  private static func tokenizer(
    _ kind: (name: String, segmentation: Segmentation, form: Normalization)
  ) throws -> Tokenizer {
    Tokenizer(
      kind.segmentation, fitting: Corpus(text: try texts().joined(separator: "\n")),
      maximumVocabulary: kind.segmentation == .subword ? 800 : 560, normalization: kind.form)
  }

  @Test("The ids are the same for bytes, characters, graphemes and subwords, and for most words")
  func sameIDs() throws {
    let texts = try Self.texts()
    let golden = try Self.value("ids.json")
    for kind in Self.kinds {
      let tokenizer = try Tokenizer(contentsOf: "\(Self.folder)/\(kind.name).json")
      let expected = try #require(golden[kind.name]?.elements).compactMap(\.string)
      try #require(expected.count == texts.count)
      var different = 0
      for (text, expected) in zip(texts, expected) {
        let ids = tokenizer.encode(text).map(String.init).joined(separator: " ")
        if kind.segmentation == .word {
          different += ids == expected ? 0 : 1
        } else {
          #expect(ids == expected, "\(kind.name): \(text.debugDescription)")
        }
      }
      // A colon between letters, and the scripts that ICU has dictionaries for.
      if kind.segmentation == .word { #expect(different < texts.count / 2) }
    }
  }

  @Test("The files are what Recur writes", .enabled(if: UnicodeVersion.current.icu == "72.1"))
  func sameFiles() throws {
    for kind in Self.kinds {
      let (tokenizer, path) = (try Self.tokenizer(kind), "\(Self.folder)/\(kind.name).json")
      if ProcessInfo.processInfo.environment["RECUR_WRITE_GOLDEN"] != nil {
        try tokenizer.write(to: path)
      }
      #expect(tokenizer.serialized() == (try InputFile.read(path)), "\(kind.name)")
    }
  }

  @Test("A file that the library has written again is the same tokenizer")
  func rewrittenFiles() throws {
    for kind in Self.kinds {
      let tokenizer = try Tokenizer(contentsOf: "\(Self.folder)/\(kind.name).json")
      let rewritten = try Tokenizer(contentsOf: "\(Self.folder)/\(kind.name)-rewritten.json")
      #expect(rewritten.vocabulary == tokenizer.vocabulary)
      #expect(rewritten.segmentation == tokenizer.segmentation)
      #expect(rewritten.normalization == tokenizer.normalization)
      #expect(!rewritten.caseFolding)
    }
  }
}

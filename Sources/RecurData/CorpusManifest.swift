public import RecurFiles

/// The corpora that Recur knows by name, from `corpora/manifest.json`, which is part of the program.
public struct CorpusManifest: Codable, Sendable {
  /// The version of the manifest's own shape.
  public var version: Int
  /// The corpora.
  public var corpora: [CorpusEntry]

  /// The corpora known to this program.
  public static let known: [CorpusEntry] = {
    do throws(RecurError) {
      return try CorpusManifest(bytes: PackageResources.manifest_json, path: "manifest.json")
        .corpora
    } catch {
      preconditionFailure("the manifest of corpora in this program is damaged: \(error)")
    }
  }()

  /// Reads a manifest.
  ///
  /// - Throws: `.badData` naming the byte or the key.
  public init(bytes: [UInt8], path: String) throws(RecurError) {
    self = try JSONGate.decode(Self.self, from: bytes, limits: .configuration, path: path)
  }

  /// The known corpus of a name.
  ///
  /// - Throws: `.usage` with the nearest name.
  public static func entry(
    named name: String, among entries: [CorpusEntry] = known
  ) throws(RecurError) -> CorpusEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name)
    throw RecurError(
      .usage, "there is no corpus \"\(DisplayText.escaped(name, limit: 80))\"",
      hint: Suggestion.hint(for: name, among: names)
        ?? "the known ones are \(names.sorted().joined(separator: ", "))")
  }

  /// The text of a bundled corpus, nil for a name that is none.
  static func bundledText(_ file: String) -> [UInt8]? {
    switch file {
    case "harbour.txt": PackageResources.harbour_txt
    case "voices.txt": PackageResources.voices_txt
    default: nil
    }
  }
}

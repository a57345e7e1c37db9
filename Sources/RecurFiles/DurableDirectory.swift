import FoundationEssentials
import Glibc

/// A directory that comes into being completely or not at all, even across a power cut.
///
/// Its files are written into `NAME.tmp-<pid>` and synchronised one by one; `commit()` writes the
/// manifest (sizes and SHA-256), synchronises the directory, renames it into place and synchronises
/// its parent. Whatever fails, what was there before stays, and the temporary is removed; what a
/// killed process left behind is cleared by `recover(in:)`.
///
///     let checkpoint = try DurableDirectory(at: "run/checkpoint-100")
///     try checkpoint.write("model.safetensors") { try SafetensorsFile.write(tensors, to: $0) }
///     try checkpoint.write("trainer_state.json", JSONGate.encode(state))
///     try checkpoint.commit()
///     try DurableDirectory.setLatest("checkpoint-100", in: "run")
public final class DurableDirectory {
  /// Where the directory will stand.
  public let path: String
  private let temporary: String
  private var files: [DirectoryManifest.File] = []
  private var isOpen = true

  /// Begins a directory; folders above it are created.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission` or `.inputOutput`.
  public init(at path: String) throws(RecurError) {
    try RecurError.checkPath(path)
    let parent = FolderPath.parent(of: path)
    try Folder.create(parent)
    self.path = FolderPath.join(parent, FolderPath.name(of: path))
    temporary = "\(self.path).tmp-\(getpid())"
    // A process of the same number may have been killed here before.
    try? FileManager.default.removeItem(atPath: temporary)
    do throws(RecurError) {
      try Folder.create(temporary, intermediates: false)
    } catch {
      throw renamed(error)
    }
  }

  deinit { discard() }

  /// Writes one file.
  ///
  /// - Precondition: `name` is a plain name, new in this directory, and not the manifest's.
  /// - Throws: `.inputOutput` and what else a write can meet; the directory is then given up.
  public func write(_ name: String, _ bytes: [UInt8]) throws(RecurError) {
    try write(name) { (file: OutputFile) throws(RecurError) in try file.append(bytes) }
  }

  /// Writes one file, piece by piece.
  ///
  /// - Precondition: `name` is a plain name, new in this directory, and not the manifest's.
  /// - Throws: `.inputOutput` and what else a write can meet; the directory is then given up.
  public func write(
    _ name: String, _ body: (OutputFile) throws(RecurError) -> Void
  ) throws(RecurError) {
    precondition(
      DirectoryManifest.isPlain(name) && name != DirectoryManifest.fileName,
      "\"\(name)\" cannot be a file of \(path)")
    precondition(!files.contains { $0.name == name }, "\(name) is already in \(path)")
    try giveUpOnFailure { () throws(RecurError) in
      let file = try writeFile(name, body)
      files.append(file)
    }
  }

  /// Puts the directory in its place. One that stands there is replaced.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission` or `.inputOutput`; what stood there before is kept.
  @discardableResult
  public func commit() throws(RecurError) -> DirectoryManifest {
    let manifest = DirectoryManifest(
      files: files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    try giveUpOnFailure { () throws(RecurError) in
      let bytes = try JSONGate.encode(manifest)
      _ = try writeFile(DirectoryManifest.fileName) { (file: OutputFile) throws(RecurError) in
        try file.append(bytes)
      }
      try Folder.synchronize(temporary)
      try moveIntoPlace()
    }
    isOpen = false
    try Folder.synchronize(FolderPath.parent(of: path))
    return manifest
  }

  /// Checks a directory against its manifest: the size and SHA-256 of every file.
  ///
  /// - Throws: `.missingInput` without a manifest, `.badData` that lists everything that is wrong.
  @discardableResult
  public static func verify(_ path: String) throws(RecurError) -> DirectoryManifest {
    let manifest = try DirectoryManifest(ofDirectory: path)
    try manifest.verify(path)
    return manifest
  }

  /// Gives up what was written so far. Called by itself when the value goes without a `commit()`.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    try? FileManager.default.removeItem(atPath: temporary)
  }

  private func writeFile(
    _ name: String, _ body: (OutputFile) throws(RecurError) -> Void
  ) throws(RecurError) -> DirectoryManifest.File {
    let file = try OutputFile(creating: FolderPath.join(temporary, name), hashing: true)
    try body(file)
    try file.finish()
    return .init(name: name, bytes: file.byteCount, sha256: file.hexadecimalDigest ?? "")
  }

  /// A directory cannot be exchanged for another in one step: an older one is moved aside first,
  /// and `recover(in:)` moves it back if the process dies in between.
  private func moveIntoPlace() throws(RecurError) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      try Folder.rename(temporary, to: path)
      return
    }
    let aside = "\(path).old-\(getpid())"
    try? FileManager.default.removeItem(atPath: aside)
    try Folder.rename(path, to: aside)
    do throws(RecurError) {
      try Folder.rename(temporary, to: path)
    } catch {
      _ = Glibc.rename(aside, path)
      throw error
    }
    try? FileManager.default.removeItem(atPath: aside)
  }

  private func giveUpOnFailure(_ body: () throws(RecurError) -> Void) throws(RecurError) {
    precondition(isOpen, "\(path) is already committed or given up")
    do throws(RecurError) {
      try body()
    } catch {
      discard()
      throw renamed(error)
    }
  }

  /// The temporary's name says nothing to the user.
  private func renamed(_ error: RecurError) -> RecurError {
    guard let place = error.place?.path, place.hasPrefix(temporary) else { return error }
    var error = error
    error.place = .init(path: path + place.dropFirst(temporary.count))
    return error
  }
}

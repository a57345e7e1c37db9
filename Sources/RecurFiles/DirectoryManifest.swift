/// What a directory written by `DurableDirectory` holds: the name, size and SHA-256 of every file.
public struct DirectoryManifest: Codable, Sendable, Equatable {
  /// The name of the manifest in its directory.
  public static let fileName = "manifest.json"
  /// The value of `format`.
  public static let format = "recur-manifest"
  /// The newest `version` that this program reads and the one that it writes.
  public static let currentVersion = 1

  /// One file.
  public struct File: Codable, Sendable, Equatable {
    /// Its name; never a path.
    public var name: String
    /// Its size in bytes.
    public var bytes: Int
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// Describes a file.
    public init(name: String, bytes: Int, sha256: String) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// Always `recur-manifest`.
  public var format = Self.format
  /// The version of the manifest's own shape.
  public var version = Self.currentVersion
  /// The files, by name.
  public var files: [File]

  /// Describes a directory.
  public init(files: [File]) { self.files = files }

  /// Reads the manifest of a directory, without looking at its files.
  ///
  /// - Throws: `.missingInput` where there is none, `.badData` where it is not sound.
  public init(ofDirectory directory: String) throws(RecurError) {
    let path = FolderPath.join(directory, Self.fileName)
    let bytes = try InputFile.read(path, limit: JSONGate.Limits.configuration.byteCount)
    self = try JSONGate.decode(Self.self, from: bytes, limits: .configuration, path: path)
    func refuse(_ what: String) -> RecurError {
      RecurError(
        .badData, what, at: .init(path: path), hint: "take another checkpoint, or restore this one")
    }
    guard format == Self.format else { throw refuse("this is not a manifest of Recur") }
    guard version == Self.currentVersion else {
      throw RecurError(
        .badData, "the manifest has version \(version), this program reads \(Self.currentVersion)",
        at: .init(path: path), hint: "use the version of Recur that wrote it, or a newer one")
    }
    var seen: Set<ExactKey> = []
    for file in files {
      let name = DisplayText.escaped(file.name, limit: 80)
      guard Self.isPlain(file.name) else { throw refuse("\"\(name)\" is not a plain file name") }
      guard seen.insert(ExactKey(file.name)).inserted else { throw refuse("\(name) stands twice") }
      guard file.bytes >= 0 else { throw refuse("\(name) has \(file.bytes) bytes") }
    }
  }

  /// Checks every file of a directory against the manifest.
  ///
  /// - Throws: `.badData` that lists all the files that are missing or differ.
  public func verify(_ directory: String) throws(RecurError) {
    var problems: [String] = []
    for file in files {
      let path = FolderPath.join(directory, file.name)
      do throws(RecurError) {
        let size = try InputDescriptor(path).size
        if size != file.bytes {
          problems.append("\(file.name) has \(size) bytes instead of \(file.bytes)")
        } else if try SHA256Digest.hexadecimal(ofFile: path) != file.sha256 {
          problems.append("\(file.name) has been changed (its SHA-256 differs)")
        }
      } catch {
        problems.append("\(file.name): \(error.what)")
      }
    }
    guard !problems.isEmpty else { return }
    throw RecurError(
      .badData, "the directory is damaged: \(problems.joined(separator: "; "))",
      at: .init(path: directory), hint: "take another checkpoint, or restore this one")
  }

  /// Whether a name can only mean a file in the directory itself.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
      && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
  }
}

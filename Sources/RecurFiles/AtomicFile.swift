import FoundationEssentials
import Glibc

/// Writing a file so that it is there completely or not at all, even across a power cut: a
/// temporary beside it, a checked write of every byte, fsync, rename, fsync of the folder.
///
/// A failure leaves what was there before untouched and no temporary behind. A file that is
/// replaced passes on its permission bits; a new one gets 0666 less the mask. A symbolic link to a
/// file stays, the file behind it is replaced.
public enum AtomicFile {
  /// Writes bytes.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission` or `.inputOutput`.
  public static func write(_ bytes: [UInt8], to path: String) throws(RecurError) {
    try write(to: path) { (file: OutputFile) throws(RecurError) in try file.append(bytes) }
  }

  /// Writes text as UTF-8.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission` or `.inputOutput`.
  public static func write(_ text: String, to path: String) throws(RecurError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes what `body` appends, piece by piece.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission`, `.inputOutput`, or what `body` throws.
  public static func write(
    to path: String, _ body: (OutputFile) throws(RecurError) -> Void
  ) throws(RecurError) {
    try replace(by: [try prepare(path, body)])
  }

  /// Writes files that belong together: none is replaced before all are complete.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission`, `.inputOutput`, or what a body throws.
  package static func write(
    _ files: [(path: String, body: (OutputFile) throws(RecurError) -> Void)]
  ) throws(RecurError) {
    var complete: [Replacement] = []
    do throws(RecurError) {
      for (path, body) in files { complete.append(try prepare(path, body)) }
    } catch {
      for file in complete { unlink(file.temporary) }
      throw error
    }
    try replace(by: complete)
  }

  /// Removes what processes that no longer live have left half written in a folder.
  package static func recover(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix) {
      let digits = name.dropFirst(temporaryPrefix.count).prefix { $0 != "-" }
      guard let process = pid_t(digits), kill(process, 0) != 0, errno == ESRCH else { continue }
      unlink(FolderPath.join(folder, name))
    }
  }

  private static let temporaryPrefix = ".recur-"
  private static let temporarySuffix = ".tmp"

  private typealias Replacement = (temporary: String, target: String)

  /// Puts complete files into their places.
  private static func replace(by complete: [Replacement]) throws(RecurError) {
    do throws(RecurError) {
      for file in complete { try Folder.rename(file.temporary, to: file.target) }
    } catch {
      for file in complete { unlink(file.temporary) }
      throw error
    }
    for folder in Set(complete.map { FolderPath.parent(of: $0.target) }) {
      try Folder.synchronize(folder)
    }
  }

  /// Writes a temporary beside the file that it is to replace.
  private static func prepare(
    _ path: String, _ body: (OutputFile) throws(RecurError) -> Void
  ) throws(RecurError) -> Replacement {
    let (target, mode) = try resolve(path)
    let temporary = FolderPath.join(
      FolderPath.parent(of: target),
      "\(temporaryPrefix)\(getpid())-\(UInt64.random(in: 0 ... .max))\(temporarySuffix)")
    do throws(RecurError) {
      let file = try OutputFile(creating: temporary, hashing: false)
      if let mode { file.setMode(mode) }
      try body(file)
      try file.finish()
    } catch {
      unlink(temporary)
      // The temporary's name says nothing to the user.
      var error = error
      if error.place?.path == temporary { error.place = .init(path: path) }
      throw error
    }
    return (temporary, target)
  }

  /// The file that is to be replaced, and its permission bits if it exists.
  private static func resolve(_ path: String) throws(RecurError) -> (String, mode_t?) {
    try RecurError.checkPath(path)
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return (path, nil) }
      throw .writing(path, systemError: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw RecurError(
        .cannotCreate, "what stands there is \(what)", at: .init(path: path),
        hint: "name a file that does not exist or may be replaced")
    }
    guard let resolved = realpath(path, nil) else { throw .writing(path, systemError: errno) }
    defer { free(resolved) }
    return (String(cString: resolved), status.st_mode & 0o777)
  }
}

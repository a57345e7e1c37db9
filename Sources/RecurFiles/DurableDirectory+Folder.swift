import FoundationEssentials
import Glibc

extension DurableDirectory {
  /// The link to the newest directory.
  public static let latestName = "latest"

  /// Clears what killed processes left in a folder: temporaries are removed, and a directory that
  /// was moved aside for a replacement that never came is moved back. Call it while holding the
  /// folder's `DirectoryLock`: then nobody else is at work.
  ///
  /// - Parameters:
  ///   - folder: the folder that holds the directories.
  ///   - prefix: how the directories' own names begin; others are left alone.
  public static func recover(in folder: String, prefix: String) {
    for name in entries(of: folder) where name.hasPrefix(prefix) {
      let path = FolderPath.join(folder, name)
      if stem(of: name, before: ".tmp-") != nil {
        try? FileManager.default.removeItem(atPath: path)
      } else if let stem = stem(of: name, before: ".old-") {
        let original = FolderPath.join(folder, stem)
        if access(original, F_OK) == 0 {
          try? FileManager.default.removeItem(atPath: path)
        } else {
          _ = Glibc.rename(path, original)
        }
      }
    }
  }

  /// The directories in a folder whose names are `prefix` and a number, by rising number.
  ///
  /// They may be damaged: `verify(_:)` tells.
  public static func numbered(in folder: String, prefix: String) -> [(number: Int, path: String)] {
    entries(of: folder).compactMap { name in
      guard name.hasPrefix(prefix) else { return nil }
      let digits = name.dropFirst(prefix.count)
      guard let number = Int(digits), number >= 0, String(number) == digits else { return nil }
      return (number, FolderPath.join(folder, name))
    }.sorted { $0.number < $1.number }
  }

  /// Points the link `latest` of a folder to one of its directories, in one step.
  ///
  /// - Throws: `.cannotCreate`, `.noPermission` or `.inputOutput`.
  public static func setLatest(_ name: String, in folder: String) throws(RecurError) {
    let link = FolderPath.join(folder, latestName)
    let temporary = "\(link).tmp-\(getpid())"
    unlink(temporary)
    guard symlink(name, temporary) == 0 else { throw .writing(link, systemError: errno) }
    do throws(RecurError) {
      try Folder.rename(temporary, to: link)
    } catch {
      unlink(temporary)
      throw error
    }
    try Folder.synchronize(folder)
  }

  /// Removes a directory so that it never stands half removed under its own name.
  public static func remove(_ path: String) {
    let temporary = "\(path).tmp-\(getpid())"
    try? FileManager.default.removeItem(atPath: temporary)
    guard Glibc.rename(path, temporary) == 0 else { return }
    try? FileManager.default.removeItem(atPath: temporary)
  }

  private static func entries(of folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// `NAME` of `NAME<mark><digits>`.
  private static func stem(of name: String, before mark: String) -> String? {
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
    let head = name.dropLast(digits)
    guard digits > 0, head.hasSuffix(mark) else { return nil }
    return String(head.dropLast(mark.count))
  }
}

import Glibc

/// What is done to folders, with the system's failures in our words.
package enum Folder {
  /// Creates a folder and, if asked, those above it; one that exists is fine.
  package static func create(_ path: String, intermediates: Bool = true) throws(RecurError) {
    try RecurError.checkPath(path)
    if let code = SystemFault.error(.create) { throw .writing(path, systemError: code) }
    if mkdir(path, 0o777) == 0 { return }
    switch errno {
    case EEXIST:
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
      throw RecurError(
        .cannotCreate, "a file stands where a folder is needed", at: .init(path: path),
        hint: "move it away or choose another folder")
    case ENOENT where intermediates:
      let parent = FolderPath.parent(of: path)
      guard parent != path else { throw .writing(path, systemError: ENOENT) }
      try create(parent)
      try create(path, intermediates: false)
    case let code:
      throw .writing(path, systemError: code)
    }
  }

  /// Makes the entries of a folder durable.
  package static func synchronize(_ path: String) throws(RecurError) {
    if let code = SystemFault.error(.synchronize) { throw .writing(path, systemError: code) }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder that may be written to but not read cannot be synchronised; the file itself is.
    if descriptor < 0, errno == EACCES { return }
    guard descriptor >= 0 else { throw .writing(path, systemError: errno) }
    defer { close(descriptor) }
    // Some file systems have no such thing as synchronising a folder.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw .writing(path, systemError: errno)
    }
  }

  /// Renames, replacing a file that has the new name.
  package static func rename(_ old: String, to new: String) throws(RecurError) {
    if let code = SystemFault.error(.rename) { throw .writing(new, systemError: code) }
    guard Glibc.rename(old, new) == 0 else { throw .writing(new, systemError: errno) }
  }
}

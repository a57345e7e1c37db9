import Glibc

extension RecurError {
  /// The system's words for an error number.
  package static func text(ofSystemError code: Int32) -> String {
    guard let text = strerror(code) else { return "system error \(code)" }
    return String(cString: text)
  }

  /// A file that ended before as many bytes were read as it had when it was opened.
  package static func becameShorter(_ path: String) -> RecurError {
    RecurError(
      .inputOutput, "the file became shorter while it was being read", at: .init(path: path),
      hint: "wait until whatever writes it is done, then try again")
  }

  /// A failed attempt to open or read something.
  package static func reading(_ path: String, systemError code: Int32) -> RecurError {
    let place = Place(path: path)
    switch code {
    case ENOENT, ENOTDIR:
      return RecurError(
        .missingInput, "there is no such file", at: place,
        hint: "check the path; it is taken relative to the current directory")
    case EACCES, EPERM:
      return RecurError(
        .noPermission, "the file may not be read", at: place,
        hint: "check its permissions and those of its folders (ls -l)")
    case ELOOP:
      return RecurError(
        .badData, "the path is a loop of symbolic links", at: place,
        hint: "name the file itself")
    case EISDIR:
      return directory(path)
    default:
      return RecurError(
        .inputOutput, "cannot read: \(text(ofSystemError: code))", at: place,
        hint: "check the disk and try again")
    }
  }

  /// A failed attempt to create, write, synchronise or rename something.
  package static func writing(_ path: String, systemError code: Int32) -> RecurError {
    let place = Place(path: path)
    let words = text(ofSystemError: code)
    switch code {
    case EACCES, EPERM:
      return RecurError(
        .noPermission, "cannot write: \(words)", at: place,
        hint: "choose a place that you may write to, or change its permissions")
    case ENOSPC, EDQUOT, EFBIG:
      return RecurError(
        .inputOutput, "cannot write: \(words)", at: place,
        hint: "free some space or choose another disk; what was there before is untouched")
    case EIO:
      return RecurError(
        .inputOutput, "cannot write: \(words)", at: place,
        hint: "check the disk; what was there before is untouched")
    case ENOENT, ENOTDIR, EISDIR, EEXIST, EROFS, ENAMETOOLONG, ELOOP, ENOTEMPTY, EINVAL:
      return RecurError(
        .cannotCreate, "cannot create: \(words)", at: place,
        hint: "check that the folder exists, is a folder and can be written to")
    default:
      return RecurError(
        .inputOutput, "cannot write: \(words)", at: place,
        hint: "check the disk and try again; what was there before is untouched")
    }
  }

  static func directory(_ path: String) -> RecurError {
    RecurError(
      .badData, "this is a directory, a file is needed", at: Place(path: path),
      hint: "name a file inside it")
  }

  /// Refuses a path that the system would cut short or that names nothing.
  static func checkPath(_ path: String) throws(RecurError) {
    if path.isEmpty {
      throw RecurError(.missingInput, "the path is empty", hint: "name a file")
    }
    if path.utf8.contains(0) {
      throw RecurError(
        .missingInput, "the path contains a NUL character", at: Place(path: path),
        hint: "name the file without it")
    }
  }
}

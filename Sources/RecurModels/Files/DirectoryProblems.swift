import RecurFiles

/// What is wrong with the files of a directory, all of it.
struct DirectoryProblems {
  let path: String
  private var errors: [(file: String, error: RecurError)] = []

  init(path: String) { self.path = path }

  /// What reading gives; nil with the error noted where it fails.
  mutating func collect<Value>(
    _ file: String, _ read: () throws(RecurError) -> Value
  ) -> Value? {
    do throws(RecurError) {
      return try read()
    } catch {
      var error = error
      if error.place == nil { error.place = .init(path: FolderPath.join(path, file)) }
      if error.kind == .badConfiguration { error.kind = .badData }
      errors.append((file, error))
      return nil
    }
  }

  mutating func add(_ file: String, _ problems: [String], at place: String) {
    if problems.isEmpty { return }
    errors.append(
      (
        file,
        RecurError(
          .badData, RecurError.joined(problems), at: .init(path: place),
          hint: "the files belong to different models; restore those that were written together")
      ))
  }

  /// A single problem is thrown as it is, several in one line.
  func check() throws(RecurError) {
    if errors.isEmpty { return }
    if errors.count == 1 { throw errors[0].error }
    // A directory without one of its files is still there: its files are bad data together.
    throw RecurError(
      .badData, errors.map { "\($0.file): \($0.error.what)" }.joined(separator: "; "),
      at: .init(path: path), hint: "name the directory of a model; `recur info` describes one")
  }
}

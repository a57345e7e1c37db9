import RecurFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Where the files of a model lie.
///
/// A model directory holds all of them. A training's directory may hold configuration and tokenizer,
/// and the weights in `checkpoint-<step>` folders; then `latest` names the newest one, and without
/// it the one of the highest step is taken. A checkpoint's own folder may leave the configuration and
/// the tokenizer to the folder that it lies in.
struct ModelLocation {
  let configuration: String
  let weights: String
  let tokenizer: String
  let generation: String?
  let trainingArguments: String?
  let evaluationResults: String?

  static let checkpointPrefix = "checkpoint-"

  /// Looks for the files; only those that may be missing are looked at.
  ///
  /// - Throws: `.missingInput` where there is nothing at all, `.badData` for a file.
  init(_ path: String) throws(RecurError) {
    try Self.checkFolder(path)
    let parent =
      FolderPath.name(of: Self.resolved(path)).hasPrefix(Self.checkpointPrefix)
      ? FolderPath.join(path, "..") : nil
    let checkpoint =
      Self.isFile(FolderPath.join(path, ModelDirectory.FileName.weights))
      ? nil : Self.newestCheckpoint(in: path)
    /// The first folder that has the file.
    func find(_ name: String) -> String? {
      [path, checkpoint, parent].compactMap { $0.map { FolderPath.join($0, name) } }
        .first { Self.exists($0) }
    }
    weights =
      find(ModelDirectory.FileName.weights)
      ?? FolderPath.join(path, ModelDirectory.FileName.weights)
    configuration =
      find(ModelDirectory.FileName.configuration)
      ?? FolderPath.join(path, ModelDirectory.FileName.configuration)
    tokenizer =
      find(ModelDirectory.FileName.tokenizer)
      ?? FolderPath.join(path, ModelDirectory.FileName.tokenizer)
    generation = find(ModelDirectory.FileName.generation)
    trainingArguments = find(ModelDirectory.FileName.trainingArguments)
    evaluationResults = find(ModelDirectory.FileName.evaluationResults)
    if !Self.exists(weights) { try Self.refuseForeignWeights(path) }
  }

  /// The newest checkpoint with weights in a folder.
  private static func newestCheckpoint(in path: String) -> String? {
    var candidates = entries(of: path).compactMap { name -> (step: Int, name: String)? in
      guard name.hasPrefix(checkpointPrefix), let step = Int(name.dropFirst(checkpointPrefix.count))
      else { return nil }
      return (step, name)
    }
    candidates.sort { $0.step > $1.step }
    var names = candidates.map(\.name)
    if let latest = latestName(in: path) { names.insert(latest, at: 0) }
    return names.map { FolderPath.join(path, $0) }
      .first { isFile(FolderPath.join($0, ModelDirectory.FileName.weights)) }
  }

  /// The checkpoint that the file `latest` names, if it names one.
  private static func latestName(in path: String) -> String? {
    let file = FolderPath.join(path, "latest")
    guard isFile(file), let bytes = try? InputFile.read(file, limit: 256) else { return nil }
    let name = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    // Anything else in there is not a name of ours, and never becomes a path.
    guard name.hasPrefix(checkpointPrefix), Int(name.dropFirst(checkpointPrefix.count)) != nil
    else { return nil }
    return name
  }

  // MARK: What a folder holds

  private static func checkFolder(_ path: String) throws(RecurError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .reading(path, systemError: errno) }
    if status.st_mode & S_IFMT == S_IFDIR { return }
    if status.st_mode & S_IFMT == S_IFREG {
      // Names what the file is, if it is one of another tool's.
      let prefix = try InputDescriptor(path).prefix(64)
      if let format = prefix.withUnsafeBytes({ ForeignFormat.recognize($0) }) {
        throw format.error(path: path)
      }
    }
    throw RecurError(
      .badData, "a model is a directory, this is not one", at: .init(path: path),
      hint: "name the directory that holds \(ModelDirectory.FileName.weights) and "
        + ModelDirectory.FileName.configuration)
  }

  /// Names weights of other tools where ours are missing.
  private static func refuseForeignWeights(_ path: String) throws(RecurError) {
    let endings = [".bin", ".pt", ".pth", ".pkl", ".ckpt", ".h5", ".gguf", ".t7"]
    for name in entries(of: path).sorted() where endings.contains(where: { name.hasSuffix($0) }) {
      let file = FolderPath.join(path, name)
      guard isFile(file) else { continue }
      let prefix = try InputDescriptor(file).prefix(64)
      if let format = prefix.withUnsafeBytes({ ForeignFormat.recognize($0) }) {
        throw format.error(path: file)
      }
    }
  }

  private static func entries(of path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

import FoundationEssentials
import RecurFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Where the files of a model lie.
///
/// A model directory holds all of them. A training's directory may have no weights but those in
/// `checkpoint-<step>` folders, in it or in its `checkpoints`; then the newest one that is undamaged is taken.
/// A checkpoint's own folder may leave the configuration and the tokenizer to the folder that it lies in.
struct ModelLocation {
  let configuration: String
  let weights: String
  let tokenizer: String
  let ngrams: String
  let generation: String?
  let trainingArguments: String?
  let evaluationResults: String?

  static let checkpointPrefix = "checkpoint-"
  private static let checkpointsFolder = "checkpoints"

  /// Looks for the files; only those that may be missing are looked at.
  ///
  /// - Throws: `.missingInput` where there is nothing at all, `.badData` for a file, or where every
  ///   checkpoint is damaged.
  init(_ path: String) throws(RecurError) {
    try Self.checkFolder(path)
    let isCheckpoint = FolderPath.name(of: Self.resolved(path)).hasPrefix(Self.checkpointPrefix)
    let parent = isCheckpoint ? FolderPath.join(path, "..") : nil
    if isCheckpoint, Self.exists(FolderPath.join(path, DirectoryManifest.fileName)) {
      try DurableDirectory.verify(path)
    }
    let checkpoint =
      Self.exists(FolderPath.join(path, ModelDirectory.FileName.weights))
      ? nil : try Self.newestCheckpoint(of: path)
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
    ngrams =
      find(ModelDirectory.FileName.ngrams)
      ?? FolderPath.join(path, ModelDirectory.FileName.ngrams)
    generation = find(ModelDirectory.FileName.generation)
    trainingArguments = find(ModelDirectory.FileName.trainingArguments)
    evaluationResults = find(ModelDirectory.FileName.evaluationResults)
    if !Self.exists(weights) { try Self.refuseForeignWeights(path) }
  }

  /// The newest undamaged checkpoint in a folder or in its `checkpoints`; nil where there is none at all.
  private static func newestCheckpoint(of path: String) throws(RecurError) -> String? {
    var damage: RecurError?
    for place in [path, FolderPath.join(path, checkpointsFolder)] {
      for (_, folder) in DurableDirectory.numbered(in: place, prefix: checkpointPrefix).reversed() {
        do throws(RecurError) {
          try DurableDirectory.verify(folder)
          return folder
        } catch {
          damage = damage ?? error
        }
      }
    }
    if let damage { throw damage }
    return nil
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
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
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

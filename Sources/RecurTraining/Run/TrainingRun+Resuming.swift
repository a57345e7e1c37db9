public import RecurFiles
import RecurModels
import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

extension TrainingRun {
  /// The options of the run that a directory holds, as its newest checkpoint has them or, before the first
  /// one, `training_args.json`, so that `--resume` need not repeat them; nil where there is neither.
  ///
  /// - Throws: `.badData` for a file that cannot be read.
  public static func storedOptions(in output: String) throws(RecurError) -> Task.Options? {
    if let path = Checkpoint<Task>.newestValidPath(inRun: output, warn: { _ in }) {
      return try Checkpoint<Task>.state(at: path).options
    }
    let path = FolderPath.join(output, ModelDirectory.FileName.trainingArguments)
    guard access(path, F_OK) == 0 else { return nil }
    let limits = JSONGate.Limits.record
    return try JSONGate.decode(
      StoredArguments<Task.Options>.self, from: try InputFile.read(path, limit: limits.byteCount),
      limits: limits, path: path
    ).options
  }

  /// Whether a directory holds a run that `resume` can go on with, be it one that ended before its first
  /// checkpoint; a model without its run is none.
  public static func isBegun(in output: String) -> Bool {
    func has(_ name: String) -> Bool { access(FolderPath.join(output, name), F_OK) == 0 }
    typealias FileName = ModelDirectory.FileName
    return has(Checkpoint<Task>.folderName) || has(MetricsLog.fileName)
      || has(FileName.trainingArguments) && !has(FileName.weights)
  }

  /// The checkpoint to go on from; nil for a run from the beginning.
  ///
  /// - Throws: `.cannotCreate` where the directory already holds a model, and nobody asked to resume or its
  ///   checkpoints are gone.
  static func checkpoint(
    resuming: Bool, in output: String, warn: (String) -> Void
  ) throws(RecurError) -> String? {
    let holdsModel =
      access(FolderPath.join(output, ModelDirectory.FileName.weights), F_OK) == 0
    let all = DurableDirectory.numbered(
      in: Checkpoint<Task>.folder(of: output), prefix: Checkpoint<Task>.prefix)
    if resuming {
      let path = Checkpoint<Task>.newestValidPath(inRun: output, warn: warn)
      if path == nil, !all.isEmpty {
        throw RecurError(
          .badData, "none of the \(all.count) checkpoints is whole", at: .init(path: output),
          hint: "train anew in another directory")
      }
      // A run makes the folder before anything else, so a model may be older than the first checkpoint.
      if path == nil, holdsModel, access(Checkpoint<Task>.folder(of: output), F_OK) != 0 {
        throw RecurError(
          .cannotCreate, "the directory holds a model whose checkpoints are gone",
          at: .init(path: output),
          hint: "name another directory; --init-from can begin with this model")
      }
      return path
    }
    if !all.isEmpty || holdsModel {
      throw RecurError(
        .cannotCreate, "the directory already holds a model", at: .init(path: output),
        hint: "add --resume to go on with its training, or name another directory")
    }
    return nil
  }

  /// Compares a checkpoint with what is to go on from it.
  ///
  /// - Returns: Warnings of what changes the bits, but not the sense.
  /// - Throws: `.badConfiguration` naming every option that must not change.
  static func compare(
    _ state: TrainerState<Task>, _ options: Task.Options, dataSHA256: String
  ) throws(RecurError) -> [String] {
    let before = try JSONValue(encoding: state.options)
    let now = try JSONValue(encoding: options)
    var changes: [String] = []
    var lengthChanged = false
    for key in Task.Options.keys where !Task.Options.changeableKeys.contains(key) {
      let old = text(before[key])
      let new = text(now[key])
      if old == new { continue }
      switch TrainingOptions.CodingKeys(rawValue: key) {
      case .epochs, .steps, .minutes: lengthChanged = true
      default: changes.append("\(Task.Options.flag(of: key)) was \(old) and is \(new)")
      }
    }
    if !changes.isEmpty {
      throw RecurError(
        .badConfiguration, "the run began with other options: \(changes.joined(separator: "; "))",
        hint: "leave them as they were, or train anew in another directory")
    }
    var warnings: [String] = []
    let (lengthBefore, length) = (state.options.training.duration, options.training.duration)
    if lengthChanged, lengthBefore != length {
      warnings.append(
        "the run was to take \(lengthBefore) and now takes \(length); the "
          + "learning rate goes on as if it had always been so")
    }
    if state.dataSHA256 != dataSHA256 {
      warnings.append("the text is not the one that the run began with")
    }
    if state.kernels != Kernels.name {
      warnings.append(
        "the run began with the kernels \(state.kernels) and goes on with \(Kernels.name); the "
          + "last bits will differ")
    }
    return warnings
  }

  private static func text(_ value: JSONValue?) -> String {
    value.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? "not given"
  }
}

/// What `training_args.json` says of the options.
struct StoredArguments<Options: Codable>: Codable {
  var options: Options
}

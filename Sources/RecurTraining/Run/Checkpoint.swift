import RecurCore
import RecurFiles
import RecurGradients
import RecurModels
import RecurTensors
import RecurText

/// A moment of a run on disk, from which it goes on to the same bits.
///
///     checkpoint-<step>/ config.json tokenizer.json model.safetensors
///                        optimizer.safetensors   <parameter>.exp_avg, <parameter>.exp_avg_sq, …
///                        carry.safetensors       layer.<k>.<part>; not at the start of an epoch
///                        trainer_state.json      everything that is not a tensor
///                        manifest.json           sizes and SHA-256
struct Checkpoint<Task: TrainingTask> {
  static var prefix: String { "checkpoint-" }
  static var folderName: String { "checkpoints" }

  var model: Task.Model
  var configuration: Task.Configuration
  var tokenizer: Tokenizer
  var optimizer: OptimizerState
  var stateNames: [String]
  var carry: Carry?
  var state: TrainerState<Task>

  /// The folder of a run's checkpoints.
  static func folder(of run: String) -> String { FolderPath.join(run, folderName) }

  // MARK: Writing

  /// Writes the checkpoint beside the others, durably, and points `latest` to it.
  ///
  /// - Returns: Its path.
  /// - Throws: What writing throws; the checkpoints before are as they were.
  func write(inRun run: String) throws(RecurError) -> String {
    let name = "\(Self.prefix)\(state.globalStep)"
    let directory = try DurableDirectory(at: FolderPath.join(Self.folder(of: run), name))
    try directory.write(
      ModelDirectory.FileName.configuration, try JSONGate.encode(configuration))
    try directory.write(ModelDirectory.FileName.tokenizer, tokenizer.serialized())
    try directory.write(ModelDirectory.FileName.weights) { (file: OutputFile) throws(RecurError) in
      try SafetensorsFile.write(model.storedTensors, to: file)
    }
    try directory.write(CheckpointFile.optimizer) { (file: OutputFile) throws(RecurError) in
      try SafetensorsFile.write(
        optimizer.named(by: stateNames).map { .init($0.name, storing: $0.value) }, to: file)
    }
    if let carry {
      try directory.write(CheckpointFile.carry) { (file: OutputFile) throws(RecurError) in
        try SafetensorsFile.write(carry.storedTensors, to: file)
      }
    }
    try directory.write(CheckpointFile.state, try JSONGate.encode(state))
    try directory.commit()
    try DurableDirectory.setLatest(FolderPath.join(Self.folderName, name), in: run)
    return directory.path
  }

  // MARK: Reading

  /// The newest checkpoint of a run that is whole; nil where there is none.
  ///
  /// - Parameter warn: Called for each newer one that is damaged.
  static func newestValidPath(inRun run: String, warn: (String) -> Void) -> String? {
    for (_, path) in DurableDirectory.numbered(in: folder(of: run), prefix: prefix).reversed() {
      do throws(RecurError) {
        try DurableDirectory.verify(path)
        return path
      } catch {
        warn("\(path) is damaged and passed over: \(error.what)")
      }
    }
    return nil
  }

  /// What is not a tensor.
  ///
  /// - Throws: `.badConfiguration` for a run of another kind.
  static func state(at path: String) throws(RecurError) -> TrainerState<Task> {
    let file = FolderPath.join(path, CheckpointFile.state)
    let limits = JSONGate.Limits.record
    let bytes = try InputFile.read(file, limit: limits.byteCount)
    let value = try JSONGate.value(from: bytes, limits: limits, path: file)
    let name = value["task"]?.string ?? LanguageModelTask.name
    if name != Task.name {
      throw RecurError(
        .badConfiguration,
        "the directory holds a run of recur train \(DisplayText.escaped(name, limit: 40))",
        at: .init(path: path), hint: "name another directory, or the other command")
    }
    let state = try JSONGate.decode(
      TrainerState<Task>.self, from: bytes, limits: limits, path: file)
    guard state.formatVersion == TrainerState<Task>.currentFormat else {
      throw RecurError(
        .badData, "a checkpoint of format \(state.formatVersion)", at: .init(path: file),
        hint: "use the version of Recur that wrote it")
    }
    let counts = [
      state.globalStep, state.epoch, state.window, state.metricsByteCount, state.evaluatedStep,
    ]
    guard counts.allSatisfy({ (0...1 << 48).contains($0) }) else {
      throw RecurError(
        .badData, "a count of the checkpoint is out of range", at: .init(path: file),
        hint: "take an earlier checkpoint")
    }
    return state
  }

  /// The tokenizer.
  static func tokenizer(at path: String) throws(RecurError) -> Tokenizer {
    try Tokenizer(contentsOf: FolderPath.join(path, ModelDirectory.FileName.tokenizer))
  }

  /// Reads the tensors of a checkpoint into a model that has its shapes.
  ///
  /// - Returns: The state of the optimizer, and the carry.
  static func restore(
    _ model: inout Task.Model, from path: String, _ state: TrainerState<Task>,
    stateNames: [String]
  ) throws(RecurError) -> (OptimizerState, Carry?) {
    try model.load(
      try SafetensorsFile(contentsOf: FolderPath.join(path, ModelDirectory.FileName.weights)))
    let file = try SafetensorsFile(contentsOf: FolderPath.join(path, CheckpointFile.optimizer))
    var tensors: [String: [Tensor]] = [:]
    let untrained = Set(state.untrained ?? [])
    for (name, value) in model.parameters where !untrained.contains(name) {
      var states: [Tensor] = []
      for stateName in stateNames {
        states.append(try file.tensor(named: "\(name).\(stateName)", shape: value.shape))
      }
      tensors[name] = states
    }
    let starts = state.optimizerStarts ?? [:]
    guard starts.values.allSatisfy({ (0..<max(state.globalStep, 1)).contains($0) }) else {
      throw RecurError(
        .badData, "a count of the checkpoint is out of range", at: .init(path: path),
        hint: "take an earlier checkpoint")
    }
    let optimizer = OptimizerState(step: state.globalStep, tensors: tensors, starts: starts)
    guard let parts = state.carryParts else { return (optimizer, nil) }
    let carryFile = try SafetensorsFile(contentsOf: FolderPath.join(path, CheckpointFile.carry))
    let sizes = state.options.training.hiddenSizes
    let batchSize = state.options.training.batchSize
    guard parts.count == sizes.count, parts.allSatisfy({ (1...8).contains($0) }) else {
      throw RecurError(
        .badData, "the carry has \(parts.count) layers, the model \(sizes.count)",
        at: .init(path: carryFile.path), hint: "take an earlier checkpoint")
    }
    var layers: [[Tensor]] = []
    for (layer, size) in sizes.enumerated() {
      var layerParts: [Tensor] = []
      for part in 0..<parts[layer] {
        layerParts.append(
          try carryFile.tensor(named: "layer.\(layer).\(part)", shape: [batchSize, size]))
      }
      layers.append(layerParts)
    }
    return (optimizer, Carry(layers: layers))
  }
}

/// The names of the files that only a checkpoint has.
private enum CheckpointFile {
  static let optimizer = "optimizer.safetensors"
  static let carry = "carry.safetensors"
  static let state = "trainer_state.json"
}

extension Carry {
  /// The parts as tensors of a safetensors file, `layer.<k>.<part>`.
  fileprivate var storedTensors: [SafetensorsFile.Tensor] {
    layers.enumerated().flatMap { layer, parts in
      parts.enumerated().map { part, tensor in
        SafetensorsFile.Tensor("layer.\(layer).\(part)", storing: tensor)
      }
    }
  }
}

extension SafetensorsFile.Tensor {
  /// A tensor in the precision of computation.
  fileprivate init(_ name: String, storing tensor: RecurTensors.Tensor) {
    #if DoublePrecision
      self.init(name, shape: tensor.shape, doubles: tensor.scalars)
    #else
      self.init(name, shape: tensor.shape, floats: tensor.scalars)
    #endif
  }
}

extension SafetensorsFile {
  /// A tensor that must have a shape.
  fileprivate func tensor(
    named name: String, shape: [Int]
  ) throws(RecurError) -> RecurTensors.Tensor {
    guard let record = record(named: name), record.shape == shape else {
      throw RecurError(
        .badData,
        "tensor \"\(name)\" should have the shape \(shape) and "
          + (record(named: name).map { "has \($0.shape)" } ?? "is missing"),
        at: .init(path: path), hint: "take an earlier checkpoint")
    }
    #if DoublePrecision
      return RecurTensors.Tensor(try doubles(named: name), shape: shape)
    #else
      return RecurTensors.Tensor(try floats(named: name), shape: shape)
    #endif
  }
}

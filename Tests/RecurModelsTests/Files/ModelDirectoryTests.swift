import Recur
import TestSupport
import Testing

@Suite("A model directory")
struct ModelDirectoryTests {
  private func written(
    cell: CellKind = .gru, tiesWeights: Bool = false, _ folder: TemporaryFolder
  ) throws -> (path: String, directory: ModelDirectory) {
    let (model, tokenizer) = try SmallModels.pair(cell: cell, tiesWeights: tiesWeights)
    let directory = ModelDirectory(
      model, tokenizer,
      generation: GenerationConfiguration(
        sampling: Sampling(temperature: 0.5), maximumTokens: 12),
      trainingArguments: try JSONValue(encoding: ["seed": 42]),
      evaluationResults: try JSONValue(encoding: ["perplexity": 4.5]))
    let path = folder("model")
    try directory.write(to: path)
    return (path, directory)
  }

  @Test("What is written is read again bit for bit", arguments: CellKind.allCases)
  func roundTrip(cell: CellKind) throws {
    for tiesWeights in [false, true] {
      let folder = TemporaryFolder()
      let (path, directory) = try written(cell: cell, tiesWeights: tiesWeights, folder)
      let read = try ModelDirectory(contentsOf: path)
      #expect(read.model.configuration == directory.model.configuration)
      #expect(read.model.parameters.map(\.name) == directory.model.parameters.map(\.name))
      #expect(read.model.parameters.map(\.value) == directory.model.parameters.map(\.value))
      #expect(read.tokenizer == directory.tokenizer)
      #expect(read.generation == directory.generation)
      #expect(read.trainingArguments?["seed"]?.integer == 42)
      #expect(read.evaluationResults?["perplexity"]?.number == 4.5)
      var (one, two) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
      #expect(
        read.model.generate(after: "Wer", tokenizer: read.tokenizer, count: 20, using: &one)
          == directory.model.generate(
            after: "Wer", tokenizer: directory.tokenizer, count: 20, using: &two))
    }
  }

  @Test("The weights have PyTorch's names; a tied weight is stored once")
  func namesOfWeights() throws {
    for tiesWeights in [false, true] {
      let folder = TemporaryFolder()
      let (path, _) = try written(tiesWeights: tiesWeights, folder)
      let file = try SafetensorsFile(contentsOf: "\(path)/model.safetensors")
      let expected: Set = [
        "embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0",
        "rnn.bias_hh_l0", "decoder.bias",
      ]
      #expect(Set(file.names) == expected.union(tiesWeights ? [] : ["decoder.weight"]))
      #expect(file.metadata == ["format": "pt"])
    }
  }

  @Test("Writing again replaces the files and leaves others alone")
  func writingAgain() throws {
    let folder = TemporaryFolder()
    let (path, first) = try written(folder)
    folder.file("model/metrics.jsonl", Array("{}\n".utf8))
    let before = Set(try ModelDirectory(contentsOf: path).model.parameters.map(\.value.scalars))
    var second = first
    second.model = try SmallModels.pair(seed: 99).model
    try second.write(to: path)
    let after = try ModelDirectory(contentsOf: path)
    #expect(after.model.parameters.map(\.value) == second.model.parameters.map(\.value))
    #expect(Set(after.model.parameters.map(\.value.scalars)).isDisjoint(with: before))
    #expect(folder.bytes(of: "model/metrics.jsonl") == Array("{}\n".utf8))
  }

  @Test("The optional files may be missing")
  func optionalFiles() throws {
    let folder = TemporaryFolder()
    let (_, directory) = try written(folder)
    let files = try directory.smallFiles("model")
    _ = folder.subfolder("bare")
    for (name, bytes) in files where ["config.json", "tokenizer.json"].contains(name) {
      folder.file("bare/\(name)", bytes)
    }
    folder.file(
      "bare/model.safetensors", try #require(folder.bytes(of: "model/model.safetensors")))
    let read = try ModelDirectory(contentsOf: folder("bare"))
    #expect(read.generation == GenerationConfiguration())
    #expect(read.trainingArguments == nil)
  }

  @Test("Every file, cut at every length, is refused and never trapped on")
  func truncation() throws {
    let damaged = try damaged(in: TemporaryFolder())
    try damaged.expectCutsAreRefused([
      "config.json", "generation_config.json", "tokenizer.json", "training_args.json",
      "eval_results.json", "model.safetensors",
    ])
  }

  @Test("A flipped bit in any file gives an error or a model, never a trap")
  func flippedBits() throws {
    let damaged = try damaged(in: TemporaryFolder())
    let files = ["config.json", "generation_config.json", "tokenizer.json", "model.safetensors"]
    #expect(try damaged.refusedFlips(in: files) > 100)
  }

  private func damaged(in folder: TemporaryFolder) throws -> DamagedFiles {
    let (path, _) = try written(folder)
    return DamagedFiles(folder: folder, directory: "model") { () throws(RecurError) in
      _ = try ModelDirectory(contentsOf: path)
    }
  }

  @Test("Missing, extra and ill-fitting tensors are listed together")
  func wrongTensors() throws {
    let folder = TemporaryFolder()
    let (path, directory) = try written(folder)
    var tensors: [SafetensorsFile.Tensor] = []
    for (name, value) in directory.model.parameters {
      switch name {
      case "rnn.weight_hh_l0": continue
      case "rnn.bias_ih_l0":
        tensors.append(.init(name, shape: [2, 9], floats: [Float](repeating: 0, count: 18)))
      case "rnn.bias_hh_l0":
        tensors.append(
          .init(name, shape: value.shape, integers: [Int64](repeating: 0, count: value.count)))
      default:
        tensors.append(.init(name, shape: value.shape, floats: value.scalars.map { Float($0) }))
      }
    }
    tensors.append(.init("rnn.weight_ih_l1", shape: [1], floats: [0]))
    try SafetensorsFile.write(tensors, to: "\(path)/model.safetensors")
    let error = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
    #expect(error?.kind == .badData)
    for part in [
      #""rnn.weight_hh_l0" [18, 6] is missing"#,
      #""rnn.bias_ih_l0" has the shape [2, 9], not [18]"#,
      #""rnn.bias_hh_l0" is I64, not F32"#, #""rnn.weight_ih_l1" does not belong here"#,
    ] {
      #expect(error?.what.contains(part) == true, "\(part) is not in \(error?.what ?? "")")
    }
  }

  @Test("Problems of several files are listed together")
  func problemsOfSeveralFiles() throws {
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    folder.file("model/config.json", Array(#"{"model_type": "recur-language-model"}"#.utf8))
    folder.file("model/generation_config.json", Array(#"{"temperature": -2}"#.utf8))
    folder.file("model/model.safetensors", Array("nothing".utf8))
    let error = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
    #expect(error?.kind == .badData)
    for word in ["config.json: ", "generation_config.json: temperature", "model.safetensors: "] {
      #expect(error?.what.contains(word) == true, "\(word) is not in \(error?.what ?? "")")
    }
    #expect(error?.what.contains("\n") == false)
  }

  @Test("A vocabulary that does not fit the weights or the tokenizer is refused")
  func vocabularyMismatch() throws {
    let folder = TemporaryFolder()
    let (path, directory) = try written(folder)
    let other = Tokenizer(.character, fitting: Corpus(text: "abc"))
    folder.file("model/tokenizer.json", other.serialized())
    let first = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
    let size = directory.model.vocabularySize
    #expect(first?.what == "259 tokens, but `vocab_size` is \(size)")
    folder.file("model/tokenizer.json", directory.tokenizer.serialized())
    var configuration = try #require(directory.model.configuration)
    configuration.vocabularySize += 1
    folder.file("model/config.json", try JSONGate.encode(configuration))
    let second = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
    #expect(second?.what.contains("\(size) tokens, but `vocab_size` is \(size + 1)") == true)
    #expect(second?.what.contains("\"embedding.weight\" has the shape [\(size), 6]") == true)
    var mixed = directory
    mixed.tokenizer = other
    #expect(throws: RecurError.self) { try mixed.write(to: folder("other")) }
    #expect(!folder.contents.contains("other"))
  }

  @Test("Weights that are not finite are refused, named by tensor and element")
  func nonFiniteWeights() throws {
    let folder = TemporaryFolder()
    let (path, directory) = try written(folder)
    for bad in [Float.nan, .infinity, -.infinity] {
      let tensors = directory.model.parameters.map { name, value in
        var floats = value.scalars.map { Float($0) }
        if name == "decoder.weight" { floats[5] = bad }
        return SafetensorsFile.Tensor(name, shape: value.shape, floats: floats)
      }
      try SafetensorsFile.write(tensors, to: "\(path)/model.safetensors")
      let error = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
      #expect(error?.kind == .badData)
      #expect(error?.what.contains("decoder.weight") == true)
      #expect(error?.what.contains("element 5") == true)
      let allowed = try ModelDirectory(contentsOf: path, allowingNonFinite: true)
      #expect(allowed.model.head.weight?.value.scalars[5].isFinite == false)
      #expect(throws: RecurError.self) { try allowed.write(to: folder("copy")) }
    }
  }

  @Test("A huge configuration is refused before anything is allocated")
  func hugeConfiguration() throws {
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    for sizes in ["[65536, 65536, 65536]", "[9223372036854775807]", "[-1]", "[]"] {
      let json = """
        {"model_type": "recur-language-model", "cell": "lstm", "vocab_size": 100,
         "embedding_size": 65536, "hidden_sizes": \(sizes)}
        """
      folder.file("model/config.json", Array(json.utf8))
      let error = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
      #expect(error?.kind == .badData)
    }
  }

  @Test("Pickles, archives and files in place of a directory are told by name")
  func foreignFormats() throws {
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    let pickle: [UInt8] = [0x80, 0x04, 0x95] + Array(repeating: 0x41, count: 60)
    let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04] + Array(repeating: 0, count: 60)
    let gguf = Array("GGUF".utf8) + Array(repeating: 3, count: 60)
    for (bytes, word) in [(pickle, "pickle"), (zip, "zip"), (gguf, "GGUF")] {
      folder.file("model/model.safetensors", bytes)
      let inside = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
      #expect(inside?.what.contains(word) == true)
      let file = folder.file("lone", bytes)
      let lone = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: file) }
      #expect(lone?.what.contains(word) == true)
    }
    let torch = folder.subfolder("torch")
    folder.file("torch/pytorch_model.bin", zip)
    let other = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: torch) }
    #expect(other?.what.contains("zip") == true)
    let text = folder.file("text", Array("hello".utf8))
    let plain = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: text) }
    #expect(plain?.kind == .badData)
    let missing = #expect(throws: RecurError.self) {
      _ = try ModelDirectory(contentsOf: folder("nowhere"))
    }
    #expect(missing?.kind == .missingInput)
    let empty = folder.subfolder("empty")
    #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: empty) }
  }

  @Test("A directory of checkpoints gives its newest undamaged one, a checkpoint itself too")
  func checkpoints() throws {
    let folder = TemporaryFolder()
    let (_, directory) = try written(folder)
    let run = folder.subfolder("run")
    for (name, bytes) in try directory.smallFiles("run") { folder.file("run/\(name)", bytes) }
    var models: [LanguageModel] = []
    for step in [10, 9, 200] {
      let model = try SmallModels.pair(seed: UInt64(step)).model
      models.append(model)
      let checkpoint = try DurableDirectory(at: "\(run)/checkpoint-\(step)")
      try checkpoint.write("model.safetensors", SafetensorsFile.encode(model.storedTensors))
      try checkpoint.commit()
    }
    func weights(_ path: String) throws -> [Tensor] {
      try ModelDirectory(contentsOf: path).model.parameters.map(\.value)
    }
    #expect(try weights(run) == models[2].parameters.map(\.value))
    #expect(try weights("\(run)/checkpoint-9/") == models[1].parameters.map(\.value))
    try DurableDirectory.setLatest("checkpoint-10", in: run)
    #expect(try weights("\(run)/latest") == models[0].parameters.map(\.value))
    var damaged = try #require(folder.bytes(of: "run/checkpoint-200/model.safetensors"))
    damaged[damaged.count - 7] ^= 1
    folder.file("run/checkpoint-200/model.safetensors", damaged)
    #expect(try weights(run) == models[0].parameters.map(\.value))
    #expect(throws: RecurError.self) { _ = try weights("\(run)/checkpoint-200") }
    // A training keeps them in a folder of their own.
    let training = folder.subfolder("training")
    for (name, bytes) in try directory.smallFiles("run") { folder.file("training/\(name)", bytes) }
    _ = folder.subfolder("training/checkpoints")
    let checkpoint = try DurableDirectory(at: "\(training)/checkpoints/checkpoint-3")
    try checkpoint.write("model.safetensors", SafetensorsFile.encode(models[1].storedTensors))
    try checkpoint.commit()
    #expect(try weights(training) == models[1].parameters.map(\.value))
    // Weights in the directory itself come first.
    folder.file("run/model.safetensors", SafetensorsFile.encode(models[1].storedTensors))
    #expect(try weights(run) == models[1].parameters.map(\.value))
  }

  @Test("A model of one's own cells has no directory and says so")
  func composedModel() throws {
    let folder = TemporaryFolder()
    let (model, tokenizer) = try SmallModels.pair()
    let composed = LanguageModel(
      embedding: model.embedding, stack: model.stack, head: model.head)
    let error = #expect(throws: RecurError.self) {
      try ModelDirectory(composed, tokenizer).write(to: folder("model"))
    }
    #expect(error?.kind == .badConfiguration)
    #expect(folder.contents.isEmpty)
  }
}

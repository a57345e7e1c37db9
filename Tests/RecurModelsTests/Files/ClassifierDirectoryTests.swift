import Recur
import TestSupport
import Testing

@Suite("The directory of a classifier")
struct ClassifierDirectoryTests {
  private func written(
    _ folder: TemporaryFolder, pooling: Pooling = .attention, isBidirectional: Bool = true
  ) throws -> (path: String, directory: ClassifierDirectory) {
    let (model, tokenizer) = try SmallClassifiers.pair(
      isBidirectional: isBidirectional, pooling: pooling, temperature: 1.5)
    let directory = ClassifierDirectory(
      model, tokenizer, trainingArguments: try JSONValue(encoding: ["seed": 42]),
      evaluationResults: try JSONValue(encoding: ["accuracy": 0.875]))
    try directory.write(to: folder("model"))
    return (folder("model"), directory)
  }

  @Test("What is written is read again bit for bit", arguments: Pooling.allCases, [false, true])
  func roundTrip(_ pooling: Pooling, _ isBidirectional: Bool) throws {
    let folder = TemporaryFolder()
    let (path, directory) = try written(
      folder, pooling: pooling, isBidirectional: isBidirectional)
    let read = try ClassifierDirectory(contentsOf: path)
    #expect(read.model.configuration == directory.model.configuration)
    #expect(read.model.parameters.map(\.name) == directory.model.parameters.map(\.name))
    #expect(read.model.parameters.map(\.value) == directory.model.parameters.map(\.value))
    #expect(read.tokenizer == directory.tokenizer)
    #expect(read.trainingArguments?["seed"]?.integer == 42)
    #expect(read.evaluationResults?["accuracy"]?.number == 0.875)
    let text = read.tokenizer.encode("Not bad at all. Wow!")
    #expect(read.model.logits(of: [text]) == directory.model.logits(of: [text]))
  }

  @Test("Results of many classes, and a long list of files, are read again")
  func longRecords() throws {
    let folder = TemporaryFolder()
    var (_, directory) = try written(folder)
    let rows = [[Int]](repeating: Array(1000..<1400), count: 400)
    directory.evaluationResults = try JSONValue(encoding: ["confusion": rows])
    try directory.write(to: folder("model"))
    let read = try ClassifierDirectory(contentsOf: folder("model")).evaluationResults
    #expect(read?["confusion"]?.elements?.last?.elements?.last?.integer == 1399)
  }

  @Test("The card says what the model is and how it is used")
  func card() throws {
    let folder = TemporaryFolder()
    _ = try written(folder)
    let text = String(decoding: try #require(folder.bytes(of: "model/README.md")), as: UTF8.self)
    for part in [
      "pipeline_tag: \"text-classification\"", "A recurrent classifier of texts",
      "| Classes | negative, positive |", "| Pooling | attention |",
      "| Calibration temperature | 1.5 |", "recur sentiment --model",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test("Every file, cut at every length, is refused and never trapped on")
  func truncation() throws {
    let damaged = try damaged(in: TemporaryFolder())
    try damaged.expectCutsAreRefused(
      ["config.json", "tokenizer.json", "eval_results.json", "model.safetensors"])
  }

  @Test("A flipped bit in any file gives an error or a model, never a trap")
  func flippedBits() throws {
    let damaged = try damaged(in: TemporaryFolder())
    #expect(
      try damaged.refusedFlips(in: ["config.json", "tokenizer.json", "model.safetensors"]) > 60)
  }

  private func damaged(in folder: TemporaryFolder) throws -> DamagedFiles {
    let (path, _) = try written(folder)
    return DamagedFiles(folder: folder, directory: "model") { () throws(RecurError) in
      _ = try ClassifierDirectory(contentsOf: path)
    }
  }

  @Test("A language model is no classifier, a classifier no language model, and both are told")
  func otherHeads() throws {
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    let (language, tokenizer) = try SmallModels.pair()
    try ModelDirectory(language, tokenizer).write(to: folder("language"))
    let error = #expect(throws: RecurError.self) {
      _ = try ClassifierDirectory(contentsOf: folder("language"))
    }
    #expect(error?.kind == .badData)
    #expect(error?.what == "this is a language model, not a classifier")
    #expect(error?.hint.contains("recur train sentiment --init-from") == true)
    #expect(error?.place?.path.hasSuffix("config.json") == true)
    let reverse = #expect(throws: RecurError.self) { _ = try ModelDirectory(contentsOf: path) }
    #expect(reverse?.what == "this is a classifier, not a language model")
    #expect(reverse?.hint.contains("recur sentiment --model") == true)
  }

  @Test("Weights in half precision are widened, exactly")
  func halfPrecision() throws {
    let folder = TemporaryFolder()
    let (path, directory) = try written(folder)
    // Weights that BF16 has: the upper half of a Float.
    var model = directory.model
    model.visitParameters { _, parameter in
      parameter.value = Tensor(
        parameter.value.scalars.map {
          Real(Float(bitPattern: Float($0).bitPattern & 0xFFFF_0000))
        }, shape: parameter.value.shape)
    }
    var tensors: [SafetensorsFile.Tensor] = []
    for (name, value) in model.parameters {
      let bytes = value.scalars.flatMap { scalar in
        let upper = UInt16(Float(scalar).bitPattern >> 16)
        return [UInt8(upper & 0xFF), UInt8(upper >> 8)]
      }
      tensors.append(.init(name, dtype: .bf16, shape: value.shape, bytes: bytes))
    }
    try SafetensorsFile.write(tensors, to: "\(path)/model.safetensors")
    let read = try ClassifierDirectory(contentsOf: path)
    #expect(read.model.parameters.map(\.value) == model.parameters.map(\.value))
  }

  @Test("A tokenizer, a configuration or weights that do not fit are not written")
  func misfits() throws {
    let folder = TemporaryFolder()
    let (model, _) = try SmallClassifiers.pair()
    let other = Tokenizer(.byte, fitting: Corpus(text: "x"))
    #expect(throws: RecurError.self) {
      try ClassifierDirectory(model, other).write(to: folder("a"))
    }
    var (changed, tokenizer) = try SmallClassifiers.pair()
    changed.configuration.hiddenSizes = [7]
    #expect(throws: RecurError.self) {
      try ClassifierDirectory(changed, tokenizer).write(to: folder("b"))
    }
    var diverged = model
    diverged.set("classifier.bias", Tensor([0, .nan], shape: [2]))
    let error = #expect(throws: RecurError.self) {
      try ClassifierDirectory(diverged, tokenizer).write(to: folder("c"))
    }
    #expect(error?.what.contains("classifier.bias") == true)
    #expect(folder.contents.isEmpty)
  }
}

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
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    for name in ["config.json", "tokenizer.json", "eval_results.json", "model.safetensors"] {
      let bytes = try #require(folder.bytes(of: "model/\(name)"))
      let meaning = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
      for length in 0..<meaning {
        if length > 100, length < meaning - 50, length % 97 != 0 { continue }
        folder.file("model/\(name)", bytes[..<length])
        let error = #expect(throws: RecurError.self, "\(name) cut to \(length)") {
          _ = try ClassifierDirectory(contentsOf: path)
        }
        #expect(error?.kind == .badData)
        #expect(error?.place?.path.hasSuffix(name) == true)
      }
      folder.file("model/\(name)", bytes)
    }
  }

  @Test("A flipped bit in any file gives an error or a model, never a trap")
  func flippedBits() throws {
    let folder = TemporaryFolder()
    let (path, _) = try written(folder)
    var generator = SeededGenerator(seed: 4)
    var refused = 0
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
      let bytes = try #require(folder.bytes(of: "model/\(name)"))
      for _ in 0..<60 {
        var changed = bytes
        let position = Int.random(in: 0..<min(bytes.count, 2000), using: &generator)
        changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        folder.file("model/\(name)", changed)
        do throws(RecurError) {
          _ = try ClassifierDirectory(contentsOf: path)
        } catch {
          refused += 1
          #expect(error.kind == .badData)
        }
      }
      folder.file("model/\(name)", bytes)
    }
    #expect(refused > 60)
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

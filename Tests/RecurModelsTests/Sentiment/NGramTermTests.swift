import Recur
import RecurFiles
import TestSupport
import Testing

@testable import RecurModels

@Suite("The term of a model's n-grams")
struct NGramTermTests {
  /// A term that knows some runs of words, with weights of 1, 2, 4, …
  static func term(_ runs: [String], classCount: Int = 2, bias: [Float] = [0.5]) -> NGramTerm {
    let keys = runs.map { run in
      var last: [UInt32] = []
      var words = WordRuns()
      words.forEachKey(in: run) { last.append($0) }
      // The longest run that ends with the last word comes last.
      return last[last.count - 1]
    }
    let order = keys.indices.sorted { keys[$0] < keys[$1] }
    return NGramTerm(
      classCount: classCount, index: KeyIndex(ascending: order.map { keys[$0] }),
      weights: order.flatMap { position in
        bias.indices.map { Float(1 << position) * ($0 == 1 ? -1 : 1) }
      }, bias: bias)
  }

  static func model(_ ngrams: NGramTerm, scale: Double = 0.7) throws -> SentimentModel {
    var (model, tokenizer) = try SmallClassifiers.pair(.word, temperature: 1.5)
    model.configuration.ngramScale = scale
    return try SentimentModel(model, tokenizer, ngrams: ngrams)
  }

  /// A model that knows two runs, and the folder that has it in `model`.
  private static func written() throws -> (model: SentimentModel, folder: TemporaryFolder) {
    let (model, folder) = (try model(term(["not", "not bad"])), TemporaryFolder())
    try ClassifierDirectory(model.scorer.model, model.tokenizer, ngrams: model.ngrams)
      .write(to: folder("model"))
    return (model, folder)
  }

  @Test(
    "It is the bias and the weights of the distinct runs that are known over the root of their number"
  )
  func formula() {
    let term = Self.term(["not", "not bad", "not bad at", "bad"])
    #expect(term.logits(of: "") == [0, 0.5])
    #expect(term.logits(of: "Nothing known here") == [0, 0.5])
    #expect(term.logits(of: "NOT.") == [0, 1.5])
    // not, not bad, bad; each once, however often it occurs.
    let score = Float(0.5) + Float(11 / 3.0.squareRoot())
    #expect(term.logits(of: "not bad, not bad") == [0, score])
    #expect(term.logits(of: "not bad at all") == [0, 0.5 + 15 / 2])
    #expect(term.logits(of: "bad at not") == [0, 0.5 + Float(9 / 2.0.squareRoot())])
  }

  @Test("With more than two classes every class has weights and a bias")
  func threeClasses() {
    let term = Self.term(["good", "bad"], classCount: 3, bias: [1, 2, 3])
    #expect(term.logits(of: "bad") == [3, 0, 5])
    #expect(term.logits(of: ["bad", ""]) == [3, 0, 5, 1, 2, 3])
  }

  @Test("Probabilities are the softmax of the logits over the temperature plus the scaled term")
  func probabilities() throws {
    let term = Self.term(["not bad", "hours"])
    let model = try Self.model(term)
    for text in ["not bad at all", "two hours", "", "wow"] {
      let logits = model.scorer.logits(of: [model.tokenizer.encode(text)]).map(Double.init)
      let difference =
        (logits[1] - logits[0]) / 1.5 + 0.7 * Double(term.logits(of: text)[1])
      let expected = 1 / (1 + exponential(-difference))
      #expect(abs(model.score(text).positive - expected) < 1e-12, "\(text)")
    }
    let alone = try SentimentModel(model.scorer.model, model.tokenizer)
    #expect(alone.score("not bad").positive != model.score("not bad").positive)
    #expect(alone.score("wow at all").positive != model.score("wow at all").positive)
  }

  @Test("A weight beyond reason gives probabilities of 0 and 1")
  func extremes() throws {
    let term = NGramTerm(
      classCount: 2, index: Self.term(["bad"]).index, weights: [-3e38], bias: [0])
    let score = try Self.model(term, scale: 1e6).score("bad")
    #expect(score.probabilities == [1, 0])
  }

  @Test("A text that comes in parts has the bits of the whole, wherever it is parted")
  func stream() throws {
    let model = try Self.model(Self.term(["not", "not bad", "bad at all", "hours back", "great"]))
    let text = "It was not bad at all. I want those two hours back! Great, not bad at all.\n wow"
    let whole = model.score(text)
    for count in [1, 2, 3, 7, 20] {
      var stream = model.stream()
      var rest = text[...]
      while !rest.isEmpty {
        stream.append(String(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(stream.score == whole, "parts of \(count) characters")
    }
  }

  @Test("A directory gives the same scores again, and its configuration says that there is a term")
  func directory() throws {
    let (model, folder) = try Self.written()
    let again = try SentimentModel(contentsOf: folder("model"))
    #expect(again.ngrams == model.ngrams && again.ngrams?.count == 2)
    #expect(again.scores(of: ["not bad", "bad"]) == model.scores(of: ["not bad", "bad"]))
    let bytes = try ["config.json", "tokenizer.json", "model.safetensors", "ngrams.safetensors"]
      .map { try #require(folder.bytes(of: "model/\($0)")) }
    let inMemory = try SentimentModel(
      configuration: bytes[0], tokenizer: bytes[1], weights: bytes[2], ngrams: bytes[3])
    #expect(inMemory.score("not bad") == model.score("not bad"))
    for (model, ngrams) in [
      (model.scorer.model, nil), (try SmallClassifiers.pair().model, model.ngrams),
      (model.scorer.model, Self.term(["a"], classCount: 3, bias: [0, 0, 0])),
    ] {
      let error = #expect(throws: RecurError.self) {
        try ClassifierDirectory(model, again.tokenizer, ngrams: ngrams).write(to: folder("other"))
      }
      #expect(error?.kind == .badConfiguration)
    }
  }

  @Test("A file that is not given, cut, out of order or of another model is refused by its name")
  func badFiles() throws {
    let (_, folder) = try Self.written()
    let bytes = try #require(folder.bytes(of: "model/ngrams.safetensors"))
    func refuse(_ what: String) {
      let error = #expect(throws: RecurError.self, "\(what)") {
        _ = try SentimentModel(contentsOf: folder("model"))
      }
      #expect(error?.kind == .badData, "\(what)")
      #expect(error?.place?.path.hasSuffix("ngrams.safetensors") == true, "\(what)")
    }
    func refuse(_ tensors: [SafetensorsFile.Tensor], _ what: String) {
      folder.file("model/ngrams.safetensors", SafetensorsFile.encode(tensors))
      refuse(what)
    }
    for length in bytes.indices {
      folder.file("model/ngrams.safetensors", bytes[..<length])
      refuse("cut to \(length)")
    }
    func weights(_ values: [Float]) -> SafetensorsFile.Tensor {
      .init("weights", shape: [values.count, 1], floats: values)
    }
    let bias = SafetensorsFile.Tensor("bias", shape: [1], floats: [0])
    let keys = SafetensorsFile.Tensor("keys", shape: [2], words: [1, 2])
    refuse([keys, weights([1, 2])], "no bias")
    refuse([keys, weights([1]), bias], "a weight too few")
    refuse([keys, weights([1, .nan]), bias], "not a number")
    refuse([weights([]), bias], "no keys")
    refuse([.init("keys", shape: [2], words: [2, 1]), weights([1, 2]), bias], "descending")
    refuse([.init("keys", shape: [2], words: [2, 2]), weights([1, 2]), bias], "twice the same")
    refuse([.init("keys", shape: [2], integers: [1, 2]), weights([1, 2]), bias], "of 64 bits")
    refuse(
      [keys, weights([1, 2]), bias, .init("more", shape: [1], floats: [0])], "a tensor too many")
    let error = #expect(throws: RecurError.self) {
      _ = try SentimentModel(
        configuration: try #require(folder.bytes(of: "model/config.json")),
        tokenizer: try #require(folder.bytes(of: "model/tokenizer.json")),
        weights: try #require(folder.bytes(of: "model/model.safetensors")))
    }
    #expect(error?.place?.path == "memory/ngrams.safetensors")
  }
}

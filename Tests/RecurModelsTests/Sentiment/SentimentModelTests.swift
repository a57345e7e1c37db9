import Recur
import TestSupport
import Testing

@Suite("A sentiment model")
struct SentimentModelTests {
  private static let texts = [
    "It was not bad at all.", "", " ", "I want those two hours back!", "👍🏽👍🏽", "wow",
    "Großartig, wirklich großartig.\r\n", String(repeating: "not bad ", count: 300),
  ]

  private func model(
    _ segmentation: Segmentation = .word, isBidirectional: Bool = false, maximumTokens: Int = 512
  ) throws -> SentimentModel {
    let (model, tokenizer) = try SmallClassifiers.pair(
      segmentation, isBidirectional: isBidirectional, maximumTokens: maximumTokens)
    return try SentimentModel(model, tokenizer)
  }

  @Test("A score names the likeliest class, and its probabilities add up")
  func score() throws {
    let model = try model()
    for sentiment in model.scores(of: Self.texts) {
      #expect((sentiment.probabilities.reduce(0, +) - 1).magnitude < 1e-12)
      #expect(sentiment.probability == sentiment.probabilities.max())
      #expect(sentiment.label == (sentiment.probabilities[1] > 0.5 ? "positive" : "negative"))
      #expect(sentiment.positive == sentiment.probabilities[1])
    }
  }

  @Test("One by one, together, from many tasks and as they come, the bits are the same")
  func sameBits() async throws {
    let model = try model()
    let together = model.scores(of: Self.texts)
    #expect(Self.texts.map { model.score($0) } == together)
    await withTaskGroup(of: (Int, Sentiment).self) { group in
      for round in 0..<64 {
        let index = round % Self.texts.count
        group.addTask { (index, model.score(Self.texts[index])) }
      }
      for await (index, sentiment) in group { #expect(sentiment == together[index]) }
    }
    for batchSize in [1, 3, 256] {
      let stream = AsyncStream { continuation in
        for text in Self.texts { continuation.yield(text) }
        continuation.finish()
      }
      var scores: [Sentiment] = []
      for await sentiment in model.scores(of: stream, batchSize: batchSize) {
        scores.append(sentiment)
      }
      #expect(scores == together)
    }
  }

  @Test(
    "What the texts throw is handed on, after the scores of all that came before",
    arguments: [1, 256])
  func throwingTexts(_ batchSize: Int) async throws {
    struct Broken: Error {}
    let stream = AsyncThrowingStream<String, any Error> { continuation in
      continuation.yield("wow")
      continuation.finish(throwing: Broken())
    }
    var count = 0
    await #expect(throws: Broken.self) {
      for try await _ in try model().scores(of: stream, batchSize: batchSize) { count += 1 }
    }
    #expect(count == 1)
  }

  @Test(
    "The running score is that of all the text so far, wherever it is parted",
    arguments: Segmentation.allCases, [false, true])
  func stream(_ segmentation: Segmentation, _ isBidirectional: Bool) throws {
    let model = try model(segmentation, isBidirectional: isBidirectional, maximumTokens: 16)
    var generator = SeededGenerator(seed: 3)
    let characters = Array(Self.texts.joined(separator: "\n  ").prefix(260))
    for _ in 0..<4 {
      var stream = model.stream()
      #expect(stream.score == model.score(""))
      var position = 0
      while position < characters.count {
        let end = min(
          characters.count, position + Int.random(in: 1...60, using: &generator))
        let running = stream.append(String(characters[position..<end]))
        let whole = model.score(String(characters[..<end]))
        if isBidirectional {
          #expect((running.positive - whole.positive).magnitude < 1e-6)
        } else {
          #expect(running == whole)
        }
        position = end
      }
    }
  }

  @Test("A long text without a space does not grow in memory, and has a score")
  func noSpaces() throws {
    let model = try model(.character)
    var stream = model.stream()
    let part = String(repeating: "好", count: 12_000)
    for _ in 0..<3 { stream.append(part) }
    #expect(stream.score == model.score(part + part + part))
  }

  @Test("A large part of a text is cut between words too")
  func largeParts() throws {
    let model = try model(.word)
    var stream = model.stream()
    let words = String(repeating: "good bad ", count: 9_000)
    stream.append(words + "go")
    stream.append("od and bad")
    #expect(stream.score == model.score(words + "good and bad"))
  }

  @Test("The positive class is found by its name")
  func positiveClass() throws {
    for (names, expected) in [
      (["neg", "Pos"], 1), (["positive", "negative"], 0), (["1", "0"], 0),
      (["no", "YES", "so"], 1),
      (["1", "2", "3"], 2), (["bad", "good"], 1), (["x", "y"], 1),
    ] {
      let (model, tokenizer) = try SmallClassifiers.pair(classNames: names)
      #expect(try SentimentModel(model, tokenizer).positiveClass == expected, "\(names)")
    }
  }

  @Test("A model in memory scores as the one on disk; damaged bytes are refused by name")
  func fromMemory() throws {
    let folder = TemporaryFolder()
    let (model, tokenizer) = try SmallClassifiers.pair()
    try ClassifierDirectory(model, tokenizer).write(to: folder("model"))
    let onDisk = try SentimentModel(contentsOf: folder("model"))
    func bytes(_ name: String) throws -> [UInt8] {
      try #require(folder.bytes(of: "model/\(name)"))
    }
    let (configuration, vocabulary) = (try bytes("config.json"), try bytes("tokenizer.json"))
    let weights = try bytes("model.safetensors")
    let inMemory = try SentimentModel(
      configuration: configuration, tokenizer: vocabulary, weights: weights)
    #expect(inMemory.scores(of: Self.texts) == onDisk.scores(of: Self.texts))
    let error = #expect(throws: RecurError.self) {
      _ = try SentimentModel(
        configuration: configuration, tokenizer: vocabulary, weights: Array(weights.dropLast(3)),
        name: "built in")
    }
    #expect(error?.place?.path == "built in/model.safetensors")
    #expect(throws: RecurError.self) {
      _ = try SentimentModel(configuration: [], tokenizer: [], weights: [])
    }
  }
}

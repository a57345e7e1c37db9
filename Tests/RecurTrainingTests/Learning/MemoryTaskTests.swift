import Recur
import Testing

/// Tasks that need memory: a trained model must do what no bigram can.
@Suite struct MemoryTaskTests {
  /// What a model and a bigram lose where the text is decided by what is further back.
  struct Losses {
    var model: Double
    var bigram: Double
  }

  /// Trains on one text and measures on another, at the positions that `isDecided` picks.
  private func measure(
    _ cell: CellSpecification, training: String, validation: String, steps: Int,
    batchSize: Int = 8, window: Int = 20, isDecided: ([Character], Int) -> Bool
  ) throws -> Losses {
    // An alphabet of just what occurs keeps the test quick; a tokenizer has all bytes besides.
    let alphabet = Set(training).sorted()
    func encode(_ text: String) -> [Int32] {
      text.map { Int32(alphabet.firstIndex(of: $0) ?? 0) }
    }
    let vocabularySize = alphabet.count
    let windows = ContiguousBatches(
      encode(training), batchSize: batchSize, windowLength: window)
    var generator = SeededGenerator(seed: 7)
    var model = LanguageModel(
      vocabularySize: vocabularySize, embeddingSize: 8, cell: cell, using: &generator)
    var trainer = Trainer(
      optimizer: Adam(learningRate: 2e-2, beta2: 0.99),
      schedule: Schedule(.cosine, warmup: 10, totalSteps: steps, finalFraction: 0.05),
      clippingNorm: 1)
    while trainer.stepCount < steps { try trainer.fit(&model, on: windows) }

    let tokens = encode(validation)
    let characters = Array(validation)
    #expect(tokens.count == characters.count)
    let modelLosses = try Evaluation().losses(of: tokens, under: model)
    let bigramLosses = SmallLanguage.bigramLosses(tokens, vocabularySize: vocabularySize)
    let positions = modelLosses.indices.filter { isDecided(characters, $0 + 1) }
    #expect(positions.count > 50)
    let count = Double(positions.count)
    return Losses(
      model: positions.reduce(0) { $0 + modelLosses[$1] } / count,
      bigram: positions.reduce(0) { $0 + bigramLosses[$1] } / count)
  }

  @Test("An LSTM copies a letter over a gap of dots")
  func copying() throws {
    let losses = try measure(
      .lstm(hiddenSize: 16, forgetBias: 1),
      training: SmallLanguage.copying(1500, dots: 1...4, seed: 1),
      validation: SmallLanguage.copying(200, dots: 1...4, seed: 2), steps: 800
    ) { text, position in text[position - 1] == "?" }
    #expect(losses.bigram > 1.3)
    #expect(losses.model < 0.1, "\(losses)")
  }

  @Test("A GRU adds two digits")
  func adding() throws {
    let losses = try measure(
      .gru(hiddenSize: 16), training: SmallLanguage.adding(2000, seed: 1),
      validation: SmallLanguage.adding(200, seed: 2), steps: 1100
    ) { text, position in text[position - 1] == "=" }
    #expect(losses.bigram > 1.3)
    #expect(losses.model < 0.1, "\(losses)")
  }

  @Test("An LSTM knows which bracket closes after one has closed")
  func brackets() throws {
    let closing: Set<Character> = [")", "]", "}"]
    let losses = try measure(
      .lstm(hiddenSize: 24, forgetBias: 1),
      training: SmallLanguage.brackets(1500, seed: 1),
      validation: SmallLanguage.brackets(200, seed: 2), steps: 300
    ) { text, position in closing.contains(text[position]) && closing.contains(text[position - 1]) }
    // Whether a bracket opens or closes stays open; which one closes does not.
    #expect(losses.bigram > 1.5)
    #expect(losses.model < losses.bigram - 0.8, "\(losses)")
  }
}

import Recur
import TestSupport
import Testing

@Suite("Scoring many texts")
struct ClassifierScorerTests {
  static let lengths = [70, 1, 0, 200, 33, 8, 9, 64, 65, 128, 3, 17, 90, 2, 500, 41]

  @Test(
    "A text has the same bits alone and beside any others",
    arguments: CellKind.allCases, Pooling.allCases)
  func sameBits(_ cell: CellKind, _ pooling: Pooling) throws {
    let model = try SmallClassifiers.model(cell: cell, hiddenSizes: [19, 21], pooling: pooling)
    let scorer = ClassifierScorer(model)
    let texts = SmallClassifiers.texts(Self.lengths)
    let together = SmallClassifiers.rows(scorer.logits(of: texts), 3)
    for (index, text) in texts.enumerated() {
      #expect(scorer.logits(of: [text]) == together[index], "text \(index)")
    }
    let reversed = SmallClassifiers.rows(scorer.logits(of: texts.reversed()), 3)
    #expect(Array(reversed.reversed()) == together)
  }

  @Test("Both directions: a text has the same bits alone and beside any others")
  func sameBitsOfBothDirections() throws {
    let model = try SmallClassifiers.model(isBidirectional: true, maximumTokens: 50)
    let texts = SmallClassifiers.texts(Self.lengths)
    let together = SmallClassifiers.rows(model.logits(of: texts), 3)
    for (index, text) in texts.enumerated() {
      let alone = model.logits(of: [text])
      #expect(SmallClassifiers.distance(alone, together[index]) < 1e-6, "text \(index)")
    }
  }

  @Test("More texts than are read side by side keep their order, for any number of threads")
  func manyTexts() throws {
    let model = try SmallClassifiers.model(vocabularySize: 40, hiddenSizes: [17])
    var generator = SeededGenerator(seed: 8)
    let lengths = (0..<400).map { _ in Int.random(in: 0..<60, using: &generator) }
    let texts = SmallClassifiers.texts(lengths, vocabularySize: 40)
    let expected = texts.flatMap { model.logits(of: [$0]) }
    for threads in 1...3 {
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        #expect(model.logits(of: texts) == expected, "\(threads) threads")
      }
    }
  }

  @Test("A vocabulary larger than the text and one folded in advance give the same bits")
  func foldedVocabulary() throws {
    let model = try SmallClassifiers.model(vocabularySize: 500)
    let texts = SmallClassifiers.texts([40, 30], vocabularySize: 500)
    let many =
      texts
      + SmallClassifiers.texts(
        Array(repeating: 100, count: 50), vocabularySize: 500, seed: 9)
    #expect(Array(model.logits(of: many)[..<6]) == model.logits(of: texts))
  }

  @Test("Probabilities are the softmax of the logits over the temperature")
  func probabilities() throws {
    let model = try SmallClassifiers.model(temperature: 2.5)
    let texts = SmallClassifiers.texts([5, 12, 0])
    let logits = SmallClassifiers.rows(model.logits(of: texts), 3)
    let found = SmallClassifiers.rows(model.probabilities(of: texts), 3)
    for (logits, found) in zip(logits, found) {
      let weights = logits.map { exponential(Double($0) / 2.5) }
      let total = weights.reduce(0, +)
      for (weight, probability) in zip(weights, found) {
        #expect((weight / total - Double(probability)).magnitude < 1e-6)
      }
    }
  }

  @Test("No texts give no numbers")
  func nothing() throws {
    let model = try SmallClassifiers.model()
    #expect(model.logits(of: [[Int32]]()).isEmpty)
    #expect(model.features(of: [[Int32]]()).isEmpty)
  }
}

import Recur
import Testing

@Suite struct LinearBaselineTests {
  private static let films = [
    ("a warm and funny film", 1), ("warm, clever and moving!", 1), ("funny, clever: see it", 1),
    ("moving and warm", 1), ("a dull and slow film", 0), ("slow, clumsy and boring", 0),
    ("boring, dull: avoid it", 0), ("clumsy and slow", 0),
  ]

  private func fitted(_ examples: [(String, Int)], classCount: Int = 2) throws -> LinearBaseline {
    try LinearBaseline(
      fitting: examples.map(\.0), labels: examples.map(\.1), classCount: classCount)
  }

  @Test("Probabilities and weights are those of scikit-learn's logistic regression")
  func golden() throws {
    let expected = try GoldenJSON("baselines")
    let texts = try expected["texts"].strings
    let baseline = try LinearBaseline(
      fitting: texts, labels: expected["labels"].integers, classCount: 2)
    let probabilities = try expected["probabilities"].numbers
    for (measured, value) in zip(baseline.probabilities(of: texts), probabilities) {
      #expect(abs(Double(measured) - value) < 2e-3)
    }
    let names = try expected["ngrams"].strings
    let weights = Dictionary(uniqueKeysWithValues: zip(names, try expected["weights"].numbers))
    let strongest = baseline.tellingNGrams(of: 1, count: 5)
    try #expect(strongest.map(\.text) == (expected["strongest"].strings))
    let against = baseline.tellingNGrams(of: 0, count: .max)
    for ngram in strongest {
      let weight = try #require(weights[ngram.text])
      #expect(abs(ngram.weight - weight) < 0.01 * weight, "\(ngram.text)")
    }
    for ngram in against.prefix(5) {
      let weight = try #require(weights[ngram.text])
      #expect(abs(ngram.weight + weight) < 0.01 * abs(weight), "\(ngram.text)")
    }
    #expect(against.count + baseline.tellingNGrams(of: 1, count: .max).count <= names.count)
  }

  @Test("Pairs of words tell what no single word tells")
  func pairs() throws {
    let baseline = try fitted([
      ("not good", 0), ("not bad", 1), ("very good", 1), ("very bad", 0),
    ])
    let scores = baseline.probabilities(of: ["not good", "not bad", "very good", "very bad"])
    for (row, label) in [0, 1, 1, 0].enumerated() { #expect(scores[row * 2 + label] > 0.8) }
    #expect(Set(baseline.tellingNGrams(of: 0, count: 2).map(\.text)) == ["not good", "very bad"])
  }

  @Test("Texts that were not learnt from are told apart by their words")
  func unseen() throws {
    let baseline = try fitted(Self.films)
    let scores = baseline.probabilities(of: ["Clever and funny, it is.", "So boring and clumsy"])
    #expect(scores[1] > 0.7)
    #expect(scores[2] > 0.7)
    #expect(baseline.tellingNGrams(of: 1, count: 3).contains { $0.text == "warm" })
    #expect(baseline.tellingNGrams(of: 0, count: 3).contains { $0.text == "slow" })
  }

  @Test("Case, commas and repetition change nothing; an exclamation mark does")
  func words() throws {
    let baseline = try fitted(Self.films)
    let scores = baseline.probabilities(of: [
      "warm dull", "WARM, dull.", "warm dull, warm", "warm!",
    ])
    #expect(scores[0] == scores[2])
    #expect(scores[0] == scores[4])
    #expect(scores[7] != baseline.probabilities(of: ["warm"])[1])
  }

  @Test("A text of unknown words, and an empty one, get what the bias says")
  func unknownWords() throws {
    let baseline = try fitted(Self.films + [("warm", 1), ("funny", 1), ("moving", 1)])
    let scores = baseline.probabilities(of: ["", "qwertz uiop", " \n"])
    #expect(scores[1] == scores[3])
    #expect(scores[1] == scores[5])
    #expect(scores[1] > 0.5 && scores[1] < 1)
  }

  @Test("Letters of other scripts and emoji are words")
  func otherScripts() throws {
    let baseline = try fitted([
      ("очень хорошо", 1), ("очень плохо", 0), ("とても良い", 1), ("とても悪い", 0), ("👍", 1), ("👎", 0),
    ])
    let scores = baseline.probabilities(of: ["ХОРОШО", "плохо", "良い", "悪い", "👍", "👎"])
    for (row, label) in [1, 0, 1, 0, 1, 0].enumerated() {
      #expect(scores[row * 2 + label] > 0.6, "row \(row)")
    }
  }

  @Test("Of three classes each is found, and the probabilities sum to 1")
  func threeClasses() throws {
    let places = ["harbour", "mountain", "city"]
    let examples = (0..<30).map { index in
      ("the \(places[index % 3]) on day \(index / 3)", index % 3)
    }
    let baseline = try fitted(examples, classCount: 3)
    let scores = baseline.probabilities(of: places.map { "a \($0) in the rain" })
    for row in 0..<3 {
      #expect(scores[row * 3 + row] > 0.6)
      #expect(abs(scores[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-6)
      #expect(baseline.tellingNGrams(of: row, count: 3).contains { $0.text.contains(places[row]) })
    }
  }

  @Test("The result is the same at every run and for any number of threads")
  func deterministic() throws {
    let texts = Self.films.map(\.0)
    let runs = try [1, 3, 3].map { threads in
      try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        let baseline = try fitted(Self.films)
        return (baseline.probabilities(of: texts), baseline.tellingNGrams(of: 1, count: 50))
      }
    }
    for run in runs {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
  }

  @Test("One class only, no text and labels that are no class are refused")
  func badInput() {
    for (texts, labels) in [
      (["a", "b"], [1, 1]), ([], []), (["a", "b"], [0, 2]),
    ] as [([String], [Int])] {
      let error = #expect(throws: RecurError.self) {
        try LinearBaseline(fitting: texts, labels: labels, classCount: 2)
      }
      #expect(error?.kind == .badData)
    }
  }
}

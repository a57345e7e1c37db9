import Recur
import RecurTensors
import Testing

@testable import RecurTraining

@Suite("A term of n-grams is fitted on labelled texts")
struct NGramFittingTests {
  @Test(
    "Its logits are those of scikit-learn's logistic regression, with all runs of words and with few"
  )
  func golden() throws {
    let expected = try GoldenJSON("ngrams")
    let (texts, labels) = (try expected["texts"].strings, try expected["labels"].integers)
    for (most, name) in [(1000, "logits"), (40, "strongest")] {
      let term = try NGramTerm(fitting: texts, labels: labels, classCount: 2, most: most)
      try #expect(term.count == min(most, Int(expected["count"].number)))
      for (text, logit) in zip(texts, try expected[name].numbers) {
        let measured = Double(term.logits(of: text)[1])
        #expect(abs(measured - logit) < 0.01 * max(1, abs(logit)), "\(name): \(text)")
      }
    }
  }

  @Test("Three words tell what none of their pairs tells")
  func triples() throws {
    let texts = [
      "not so good", "not so bad", "just so good", "just so bad",
    ]
    let twice = texts + texts.map { "\($0) today" }
    let term = try NGramTerm(
      fitting: twice, labels: [0, 1, 1, 0, 0, 1, 1, 0], classCount: 2, most: 100)
    for (text, label) in zip(texts, [0, 1, 1, 0]) {
      let logits = term.logits(of: text)
      #expect((logits[1] > 0) == (label == 1), "\(text): \(logits)")
    }
  }

  @Test("Each of three classes is told by its words, to the same bits on one thread and two")
  func threeClasses() throws {
    let texts = (0..<60).map { ["red rose \($0 % 7)", "blue sea \($0 % 5)", "dry sand"][$0 % 3] }
    let terms = try [1, 2].map { count in
      try ThreadTeam.$current.withValue(ThreadTeam(threadCount: count)) {
        try NGramTerm(
          fitting: texts, labels: (0..<60).map { $0 % 3 }, classCount: 3, most: 1000)
      }
    }
    #expect(terms[0] == terms[1])
    for (text, label) in [("a red rose", 0), ("the blue sea", 1), ("sand", 2)] {
      let logits = terms[0].logits(of: text)
      #expect(logits.firstIndex(of: logits.max() ?? 0) == label, "\(text)")
    }
  }

  @Test("Texts of one class, and texts without a common word, are an error and a bias")
  func odd() throws {
    #expect(throws: RecurError.self) {
      _ = try NGramTerm(fitting: ["a", "a"], labels: [1, 1], classCount: 2, most: 10)
    }
    let term = try NGramTerm(
      fitting: ["one", "two", "three", ""], labels: [0, 1, 1, 1], classCount: 2, most: 10)
    #expect(term.count == 0)
    #expect(term.logits(of: "one")[1] > 0 && term.logits(of: "one") == term.logits(of: ""))
  }
}

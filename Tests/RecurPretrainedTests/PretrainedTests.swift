import Recur
import RecurPretrained
import Testing

struct PretrainedTests {
  @Test("The model that ships tells plain praise from plain blame")
  func judges() {
    let model = SentimentModel.pretrained
    #expect(model.classNames == ["negative", "positive"])
    #expect(model.ngrams?.count == 200_000)
    let praise = [
      "I loved every minute of it.", "Great product, works perfectly.", "What a wonderful film!",
      "The food was delicious and the staff friendly.",
    ]
    let blame = [
      "I want those two hours back.", "Terrible. It broke after a day.",
      "What a boring, awful film.",
      "The food was cold and the service slow.",
    ]
    for text in praise { #expect(model.score(text).label == "positive", "\(text)") }
    for text in blame { #expect(model.score(text).label == "negative", "\(text)") }
  }

  @Test("The model that ships scores an empty text, emoji alone and a text of a megabyte")
  func unusualTexts() {
    let long = String(repeating: "word after word ", count: 65_536)
    for score in SentimentModel.pretrained.scores(of: ["", " \n", "🙂🎉", long]) {
      #expect(score.probability >= 0.5 && score.probability <= 1)
      #expect(abs(score.probabilities.reduce(0, +) - 1) < 1e-6)
    }
  }

  @Test("The same text has the same bits from many tasks at once")
  func manyTasks() async {
    let texts = (0..<40).map { "Sentence \($0) is \($0.isMultiple(of: 2) ? "good" : "bad")." }
    let alone = texts.map { SentimentModel.pretrained.score($0).positive }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask { texts.map { SentimentModel.pretrained.score($0).positive } == alone }
      }
      for await isEqual in group { #expect(isEqual) }
    }
  }
}

import Testing

@testable import RecurTraining

@Suite struct TextExcerptsTests {
  private let texts = [
    "It began well.  Then came the song!\nNobody laughed. Was it the rain?",
    "One sentence alone.", "", "Früh übte er. 🎻 Später kam das Geld. ",
  ]

  @Test("An excerpt is a run of whole sentences of its text, without the white space around it")
  func runs() {
    let excerpts = TextExcerpts(of: texts, countOfEach: 40, seed: 3).excerpts(ofEpoch: 0)
    let cut = Set(excerpts.map { $0.cut(from: texts) })
    // Every run but the whole text occurs.
    #expect(
      cut == [
        "It began well.", "Then came the song!", "Nobody laughed.", "Was it the rain?",
        "It began well.  Then came the song!", "Then came the song!\nNobody laughed.",
        "Nobody laughed. Was it the rain?", "It began well.  Then came the song!\nNobody laughed.",
        "Then came the song!\nNobody laughed. Was it the rain?", "Früh übte er.",
        "🎻 Später kam das Geld.",
      ])
  }

  @Test("Each text of several sentences gives the number that was asked for, others give none")
  func counts() {
    let excerpts = TextExcerpts(of: texts, countOfEach: 5, seed: 3)
    #expect(excerpts.count == 10)
    #expect(excerpts.excerpts(ofEpoch: 1).map(\.text) == [0, 0, 0, 0, 0, 3, 3, 3, 3, 3])
    #expect(TextExcerpts(of: texts, countOfEach: 0, seed: 3).excerpts(ofEpoch: 0).isEmpty)
  }

  @Test("Excerpts are others in each epoch, and follow from the seed")
  func epochs() {
    let excerpts = TextExcerpts(of: texts, countOfEach: 8, seed: 3)
    let first = excerpts.excerpts(ofEpoch: 0)
    #expect(first == TextExcerpts(of: texts, countOfEach: 8, seed: 3).excerpts(ofEpoch: 0))
    #expect(first != excerpts.excerpts(ofEpoch: 1))
    #expect(first != TextExcerpts(of: texts, countOfEach: 8, seed: 4).excerpts(ofEpoch: 0))
  }
}

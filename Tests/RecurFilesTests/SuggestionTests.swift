import RecurFiles
import Testing

struct SuggestionTests {
  @Test(
    "The nearest known word is suggested",
    arguments: [
      ("shakspeare", "shakespeare"), ("kvj", "kjv"), ("HIDDEN_SIZE", "hidden-size"),
      ("hiden-sise", "hidden-size"), ("shakespeare", "shakespeare"),
    ])
  func nearest(word: String, expected: String) {
    #expect(
      Suggestion.closest(to: word, among: ["kjv", "shakespeare", "hidden-size", "tinyshakespeare"])
        == expected)
  }

  @Test("Nothing is suggested for what is far from everything")
  func farAway() {
    #expect(Suggestion.closest(to: "velocity", among: ["kjv", "harbour"]) == nil)
    #expect(Suggestion.closest(to: "", among: ["kjv"]) == nil)
    #expect(Suggestion.closest(to: String(repeating: "a", count: 100_000), among: ["a"]) == nil)
  }
}

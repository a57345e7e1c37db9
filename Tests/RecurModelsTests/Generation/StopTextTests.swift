import Testing

@testable import RecurModels

@Suite("Stop texts")
struct StopTextTests {
  /// What is given out of a text that comes in pieces.
  private func given(_ pieces: [String], _ stops: [String]) -> (text: String, isStopped: Bool) {
    var stop = StopText(stops)
    var result = ""
    for piece in pieces {
      let (text, isStopped) = stop.append(piece)
      result += text
      if isStopped { return (result, true) }
    }
    return (result + stop.finish(), false)
  }

  @Test("A text ends before the first stop text, however it is cut into pieces")
  func everyCut() {
    let text = "aab—aabc—ende, aé"
    let stops = ["abc", "b—aabc—e", "é"]
    let scalars = Array(text)
    for cuts in 0..<(1 << 6) {
      var pieces = [""]
      for (index, character) in scalars.enumerated() {
        pieces[pieces.count - 1].append(character)
        if cuts >> (index % 6) & 1 == 1 { pieces.append("") }
      }
      let result = given(pieces, ["abc"])
      #expect(result.text == "aab—a" && result.isStopped)
      #expect(given(pieces, ["zzz", "é"]).text == "aab—aabc—ende, a")
      let both = given(pieces, stops)
      #expect(both.isStopped)
      #expect(both.text == "aab—a" || both.text == "aa")
    }
  }

  @Test("Text that only began like a stop text is given out in the end")
  func almostStopped() {
    #expect(given(["a", "b", "a", "b"], ["abac"]).text == "abab")
    #expect(given(["Ende"], ["Ende."]).text == "Ende")
    #expect(given(["abc"], []).text == "abc")
    #expect(given(["abc"], [""]).text == "abc")
  }

  @Test("Only what may begin a stop text is held back")
  func heldBack() {
    var stop = StopText(["\n\n"])
    #expect(stop.append("line").text == "line")
    #expect(stop.append("\n").text == "")
    #expect(stop.append("next\n").text == "\nnext")
    let last = stop.append("\n")
    #expect(last.text == "" && last.isStopped)
  }
}

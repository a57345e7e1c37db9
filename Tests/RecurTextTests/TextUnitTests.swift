import Testing

@testable import RecurText

@Suite("Boundaries")
struct TextUnitTests {
  /// What ICU answers for the text as a whole.
  private func plainEnds(_ unit: TextUnit, _ utf8: [UInt8]) -> [Int] {
    var result: [Int] = []
    let cursor = SegmentCursor(unit, plain: true)
    utf8.withUnsafeBufferPointer { buffer in
      cursor.forEachBatch(in: buffer) { _, ends in result += ends.map(Int.init) }
    }
    return result
  }

  @Test(
    "The short cuts give what ICU gives",
    arguments: [TextUnit.grapheme, .word, .sentence])
  func shortCutsEqualICU(unit: TextUnit) {
    var random = RandomText(seed: 7)
    for round in 0..<1500 {
      let count = 1 + random.next(below: 60)
      var text = round % 3 == 0 ? random.ascii(count: count) : random.utf8(count: count)
      if round % 3 == 2 { text = random.ascii(count: count) + text + random.ascii(count: 40) }
      let (ends, expected) = (unit.ends(in: text), plainEnds(unit, text))
      #expect(
        ends == expected,
        "round \(round): \(String(decoding: text, as: UTF8.self).debugDescription)")
      if ends != expected { return }
    }
  }

  @Test(
    "Texts longer than what ICU is given at once are cut as if whole",
    arguments: [TextUnit.grapheme, .word, .sentence])
  func longTexts(unit: TextUnit) {
    // Korean, Thai and Chinese leave no place for the short cuts.
    let line = "모든 인간은 태어날 때부터 자유로우며 มนุษย์ทั้งหลายเกิดมามีอิสระ 人人生而自由，在尊严和权利上一律平等。 é.b "
    var text: [UInt8] = []
    while text.count < 2_300_000 { text += line.utf8 }
    text += "\n".utf8
    text += line.utf8
    #expect(unit.ends(in: text) == plainEnds(unit, text))
  }

  @Test("A text without any place to part it is cut to its end")
  func unpartableText() {
    let marks =
      Array("a".utf8) + Array(repeating: [0xCC, 0x81] as [UInt8], count: 800_000).joined()
    #expect(TextUnit.grapheme.ends(in: marks) == [marks.count])
    #expect(TextUnit.word.ends(in: marks) == [marks.count])
  }

  @Test("Pieces tile every text, also one that is not UTF-8", arguments: TextUnit.allCases)
  func piecesTile(unit: TextUnit) {
    var random = RandomText(seed: 11)
    for _ in 0..<300 {
      let bytes = (0..<40).map { _ in UInt8(random.next(below: 256)) }
      let ends = unit.ends(in: bytes)
      #expect(zip([0] + ends, ends).allSatisfy { $0 < $1 })
      #expect(ends.last == bytes.count)
    }
    #expect(unit.ends(in: []) == [])
  }

  @Test("Well-known texts are cut as readers expect")
  func knownPieces() {
    #expect(TextUnit.grapheme.pieces(of: "e\u{301}🇩🇪👩‍👩‍👧\r\n").count == 4)
    #expect(
      TextUnit.word.pieces(of: "Can't stop: 3.14, naïve!") == [
        "Can't", " ", "stop", ":", " ", "3.14", ",", " ", "naïve", "!",
      ])
    #expect(
      TextUnit.sentence.pieces(of: "One. Two? 3.4 is a number.") == [
        "One. ", "Two? ", "3.4 is a number.",
      ])
  }
}

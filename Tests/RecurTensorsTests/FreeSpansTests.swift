import Testing

@testable import RecurTensors

@Suite("Stretches of memory that nobody uses")
struct FreeSpansTests {
  @Test(
    "Neighbours are joined in whatever order they come",
    arguments: [[0, 1, 2], [2, 0, 1], [0, 2, 1]])
  func neighboursAreJoined(_ order: [Int]) {
    let parts: [Range<UInt>] = [100..<130, 130..<150, 150..<190]
    var free = FreeSpans()
    free.give(back: 10..<90)
    free.give(back: 200..<210)
    var joined: Range<UInt>?
    for index in order { joined = free.give(back: parts[index]) }
    #expect(joined == 100..<190)
    #expect(free.spans == [10..<90, 100..<190, 200..<210])
  }

  @Test("The shortest span that is long enough is cut, and its rest stays")
  func shortestIsCut() {
    var free = FreeSpans()
    for span: Range<UInt> in [0..<50, 60..<90, 100..<120] { free.give(back: span) }
    #expect(free.take(25) == 60)
    #expect(free.spans == [0..<50, 85..<90, 100..<120])
    #expect(free.take(20) == 100)
    #expect(free.spans == [0..<50, 85..<90])
    #expect(free.take(51) == nil)
    #expect(free.takeShortest(atMost: 8) == 85..<90)
    #expect(free.takeShortest(atMost: 8) == 0..<8)
    #expect(free.spans == [8..<50])
  }

  @Test("A part is taken out of the span that it lies in, and what is beside it stays")
  func partIsRemoved() {
    var free = FreeSpans()
    for span: Range<UInt> in [0..<50, 60..<90] { free.give(back: span) }
    free.remove(60..<70)
    #expect(free.spans == [0..<50, 70..<90])
    free.remove(75..<80)
    #expect(free.spans == [0..<50, 70..<75, 80..<90])
    free.remove(0..<50)
    #expect(free.spans == [70..<75, 80..<90])
  }
}

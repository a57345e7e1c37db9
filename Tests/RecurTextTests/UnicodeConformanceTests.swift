import RecurText
import Testing

/// Whether the files of Unicode 15.0 are what the ICU in use follows. With another ICU some cases
/// may differ rightly, and the counts below say nothing.
private let followsUnicode15 = UnicodeVersion.current.unicode.hasPrefix("15.0")

@Suite("Unicode 15.0 conformance", .enabled(if: followsUnicode15, "ICU is not of Unicode 15.0"))
struct UnicodeConformanceTests {
  private func failures(_ unit: TextUnit, _ name: String) throws -> (count: Int, of: [[UInt8]]) {
    let cases = try UnicodeData.boundaries(in: "auxiliary/\(name).txt")
    return (cases.count, cases.filter { unit.ends(in: $0.utf8) != $0.ends }.map(\.utf8))
  }

  @Test("All 602 cases of GraphemeBreakTest")
  func graphemes() throws {
    let (count, failures) = try failures(.grapheme, "GraphemeBreakTest")
    #expect(count == 602)
    #expect(failures.isEmpty)
  }

  @Test("All 502 cases of SentenceBreakTest")
  func sentences() throws {
    let (count, failures) = try failures(.sentence, "SentenceBreakTest")
    #expect(count == 502)
    #expect(failures.isEmpty)
  }

  @Test("All cases of WordBreakTest but the 15 in which CLDR's rules keep the colon apart")
  func words() throws {
    let (count, failures) = try failures(.word, "WordBreakTest")
    #expect(count == 1823)
    #expect(failures.count == 15)
    #expect(failures.allSatisfy { $0.contains(UInt8(ascii: ":")) })
  }

  @Test("All 19,074 cases of NormalizationTest in all four forms")
  func normalization() throws {
    var count = 0
    var failures: [String] = []
    for line in try UnicodeData.lines(of: "NormalizationTest.txt") where !line.hasPrefix("@") {
      let columns = try line.split(separator: ";").prefix(5).map { try UnicodeData.text($0) }
      count += 1
      func check(_ form: Normalization, _ sources: Range<Int>, give target: Int) {
        for source in sources
        where NormalizedText(columns[source], form).utf8 != columns[target] {
          failures.append("\(form) of column \(source + 1): \(line)")
        }
      }
      check(.nfc, 0..<3, give: 1)
      check(.nfc, 3..<5, give: 3)
      check(.nfd, 0..<3, give: 2)
      check(.nfd, 3..<5, give: 4)
      check(.nfkc, 0..<5, give: 3)
      check(.nfkd, 0..<5, give: 4)
    }
    #expect(count == 19_074)
    #expect(failures.isEmpty)
  }
}

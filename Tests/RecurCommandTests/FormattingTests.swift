import Testing

@testable import RecurCommand

@Suite("What is shown")
struct FormattingTests {
  @Test("Numbers are written with points, groups and prefixes")
  func numbers() {
    #expect(NumberText.fixed(1.005, 2) == "1.00" || NumberText.fixed(1.005, 2) == "1.01")
    #expect(NumberText.fixed(-0.0001, 2) == "0.00")
    #expect(NumberText.fixed(-3.14159, 3) == "-3.142")
    #expect(NumberText.fixed(12, 0) == "12")
    #expect(NumberText.fixed(.nan, 2) == "nan")
    #expect(NumberText.fixed(1e300, 2) == "1e+300")
    #expect(NumberText.grouped(1_234_567) == "1,234,567")
    #expect(NumberText.grouped(-1000) == "-1,000")
    #expect(NumberText.grouped(0) == "0")
    #expect(NumberText.counted(1, "thread") == "1 thread")
    #expect(NumberText.counted(1200, "step") == "1,200 steps")
    #expect(NumberText.short(999) == "999")
    #expect(NumberText.short(999.7) == "1.00 k")
    #expect(NumberText.short(182_400) == "182 k")
    #expect(NumberText.short(2_140_000) == "2.14 M")
    #expect(NumberText.bytes(512) == "512 B")
    #expect(NumberText.bytes(1_500_000) == "1.50 MB")
    #expect(NumberText.duration(7) == "00:07")
    #expect(NumberText.duration(3723.4) == "1:02:03")
    #expect(NumberText.duration(-5) == "00:00")
    #expect(NumberText.duration(.infinity) == "?")
  }

  @Test("A curve spans the levels, keeps to its width and leaves gaps")
  func sparkline() {
    #expect(Sparkline.drawn([0, 1, 2, 3, 4, 5, 6, 7], width: 8, unicode: true) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.drawn([3, .nan, 1], width: 8, unicode: false) == "# _")
    #expect(Sparkline.drawn((0..<100).map(Double.init), width: 10, unicode: true).count == 10)
    #expect(Sparkline.drawn([2, 2], width: 5, unicode: true) == "▁▁")
    #expect(Sparkline.drawn([], width: 5, unicode: true) == "")
  }

  @Test("A progress line drops details before it exceeds the terminal")
  func progressWidths() {
    let progress = Progress(
      title: "epoch 3/10", fraction: 0.37, position: "370/1000", elapsed: 12, remaining: 21,
      details: ["loss 1.430", "2.063 bits/char", "182 kchar/s"])
    #expect(
      ProgressLine.live(progress, width: 200, unicode: true)
        == "epoch 3/10:  37%|██████████████▊                         | 370/1000 "
        + "[00:12<00:21, loss 1.430, 2.063 bits/char, 182 kchar/s]")
    for width in 1...200 {
      for unicode in [false, true] {
        let line = ProgressLine.live(progress, width: width, unicode: unicode)
        #expect(line.count <= max(width - 1, 0), "\(width): \(line)")
        #expect(unicode || line.utf8.allSatisfy { $0 < 0x80 })
      }
    }
    #expect(
      ProgressLine.plain(progress)
        == "epoch 3/10: 37%, 370/1000, 00:12 elapsed, 00:21 left, loss 1.430, 2.063 bits/char, "
        + "182 kchar/s")
  }

  @Test("What could steer a terminal is shown")
  func terminalText() {
    #expect(TerminalText.escaped("a\tb\nc") == "a\tb\nc")
    #expect(TerminalText.escaped("\u{1B}[2J\r\u{202E}") == "\\u{1B}[2J\\u{D}\\u{202E}")
  }

  @Test("Paths are quoted as a shell needs it")
  func shellWords() {
    #expect(ShellWord.quoted("out/model-1.x") == "out/model-1.x")
    #expect(ShellWord.quoted("a b") == "'a b'")
    #expect(ShellWord.quoted("it's") == "'it'\\''s'")
    #expect(ShellWord.quoted("") == "''")
  }

  @Test("Columns are aligned")
  func tables() {
    #expect(TextTable.aligned([("a", "1"), ("bcd", "2")]) == "a    1\nbcd  2\n")
    #expect(
      TextTable.columns([["name", "n"], ["x", "10"]], numeric: [1]) == "name   n\nx     10\n")
  }

  @Test("Columns are aligned by what a terminal shows, not by the number of characters")
  func wideTables() {
    #expect(TextTable.aligned([("日本", "1"), ("abcd", "2")]) == "日本  1\nabcd  2\n")
    for (text, columns) in [
      ("", 0), ("abc", 3), ("cafe\u{301}", 4), ("日本語", 6), ("한국", 4),
      ("\u{1112}\u{1161}\u{11AB}", 2), ("ｶﾅ", 2), ("カナ", 4), ("Ａ", 2), ("🙂", 2), ("✅", 2),
      ("❤\u{FE0F}", 2), ("❤", 1), ("👩\u{200D}🚀", 2), ("🇫🇮", 2), ("👍🏽", 2), ("क्षि", 3), ("שָׁ", 1),
      ("\u{200B}", 0), ("é…▁", 3),
    ] {
      #expect(text.columnCount == columns, "\(text)")
    }
  }
}

/// The random files whose contents by Python's `csv` stand in `Tests/Golden/csv/digests.txt`; drawn as
/// `generate.py` beside it does.
struct CSVFiles {
  private static let pieces = [
    "D", "D", "\"", "\"", "\"", "\"\"", "\n", "\r\n", "\r", "a", "bc", " ", "\0", "é", "'", "=1",
  ]
  private static let delimiters: [Unicode.Scalar] = [",", ";", "\t"]
  private var state: UInt64

  private mutating func draw(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(count))
  }

  static func file(_ index: Int) -> (text: [UInt8], delimiter: Unicode.Scalar) {
    var generator = CSVFiles(state: UInt64(index))
    let delimiter = delimiters[generator.draw(3)]
    var text: [UInt8] = []
    for _ in 0..<generator.draw(40) {
      let piece = pieces[generator.draw(16)]
      text += (piece == "D" ? String(delimiter) : piece).utf8
    }
    return (text, delimiter)
  }

  /// FNV-1a, 32 bits.
  static func digest(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}

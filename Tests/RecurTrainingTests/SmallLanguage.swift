import Glibc
import Recur

/// Texts whose next character depends on one that is several characters back, so that the
/// character before tells nothing about it.
enum SmallLanguage {
  /// A letter, some dots, a question mark, the same letter, a line break.
  static func copying(_ count: Int, dots: ClosedRange<Int>, seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let letter = Array("abcd")[Int.random(in: 0..<4, using: &generator)]
      let dots = String(repeating: ".", count: Int.random(in: dots, using: &generator))
      return "\(letter)\(dots)?\(letter)\n"
    }.joined()
  }

  /// Two digits and their sum modulo 4: `2+3=1`.
  static func adding(_ count: Int, seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let first = Int.random(in: 0..<4, using: &generator)
      let second = Int.random(in: 0..<4, using: &generator)
      return "\(first)+\(second)=\((first + second) % 4)\n"
    }.joined()
  }

  /// Brackets of three kinds, nested up to three deep, in lines.
  static func brackets(_ count: Int, seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    let pairs = Array("()[]{}")
    return (0..<count).map { _ in
      var line = ""
      var open: [Character] = []
      repeat {
        let opens = open.isEmpty || (open.count < 3 && Bool.random(using: &generator))
        if opens {
          let kind = 2 * Int.random(in: 0..<3, using: &generator)
          line.append(pairs[kind])
          open.append(pairs[kind + 1])
        } else if let last = open.popLast() {
          line.append(last)
        }
      } while !open.isEmpty
      return line + "\n"
    }.joined()
  }

  /// The nats of each token but the first under a bigram model that has counted this very text: no
  /// bigram does better on it.
  static func bigramLosses(_ tokens: [Int32], vocabularySize: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: vocabularySize * vocabularySize)
    var totals = [Double](repeating: 0, count: vocabularySize)
    for (before, after) in zip(tokens, tokens.dropFirst()) {
      counts[Int(before) * vocabularySize + Int(after)] += 1
      totals[Int(before)] += 1
    }
    return zip(tokens, tokens.dropFirst()).map { before, after in
      let probability =
        counts[Int(before) * vocabularySize + Int(after)] / totals[Int(before)]
      return -log(probability)
    }
  }
}

import RecurTensors
import RecurText

/// Runs of sentences cut out of texts at random, other ones in each epoch.
///
/// A long text says its label many times over; a model that sees it whole alone learns it by heart, one
/// that sees parts of it has to learn what in them tells the label.
struct TextExcerpts: Sendable {
  /// The most sentences of an excerpt.
  private static let mostSentences = 6

  /// A part of a text.
  struct Excerpt: Equatable {
    /// The text's position.
    var text: Int
    /// The bytes of its UTF-8.
    var range: Range<Int>

    /// The excerpt itself.
    func cut(from texts: [String]) -> String {
      let utf8 = texts[text].utf8
      let begin = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
      return String(texts[text][begin..<utf8.index(begin, offsetBy: range.count)])
    }
  }

  /// How many excerpts are cut out of each text of two sentences or more; shorter ones are whole
  /// already.
  let countOfEach: Int
  private let seed: UInt64
  /// The bytes of the sentences of each text, without the white space after them; none for a text of
  /// one.
  private let sentences: [[Range<Int32>]]

  /// Finds the sentences.
  init(of texts: [String], countOfEach: Int, seed: UInt64) {
    self.countOfEach = countOfEach
    self.seed = seed
    var sentences = [[Range<Int32>]](repeating: [], count: countOfEach == 0 ? 0 : texts.count)
    sentences.withUnsafeMutableBufferPointer { result in
      ThreadTeam.current.forEachPart(of: result.count) { part in
        for index in part {
          let ranges = Self.sentences(of: Array(texts[index].utf8))
          if ranges.count > 1 { result[index] = ranges }
        }
      }
    }
    self.sentences = sentences
  }

  private static func sentences(of utf8: [UInt8]) -> [Range<Int32>] {
    var begin = 0
    return TextUnit.sentence.ends(in: utf8).compactMap { end in
      defer { begin = end }
      let last = utf8[begin..<end].lastIndex { !($0 == 0x20 || (0x09...0x0D).contains($0)) }
      return last.map { Int32(begin)..<Int32($0 + 1) }
    }
  }

  /// Excerpts in an epoch.
  var count: Int { countOfEach * sentences.count { !$0.isEmpty } }

  /// The excerpts of an epoch, in the order of the texts; they follow from the seed and its number.
  func excerpts(ofEpoch epoch: Int) -> [Excerpt] {
    var generator = SeededGenerator(
      seed: SeededGenerator.mixed(seed ^ 0x6578_6365_7270_7473) &+ UInt64(epoch))
    var result: [Excerpt] = []
    result.reserveCapacity(count)
    for (text, sentences) in sentences.enumerated() where !sentences.isEmpty {
      for _ in 0..<countOfEach {
        let length = Int.random(
          in: 1...min(Self.mostSentences, sentences.count - 1), using: &generator)
        let first = Int.random(in: 0...sentences.count - length, using: &generator)
        let range = sentences[first].lowerBound..<sentences[first + length - 1].upperBound
        result.append(Excerpt(text: text, range: Int(range.lowerBound)..<Int(range.upperBound)))
      }
    }
    return result
  }
}

@testable import RecurText

/// Byte-pair encoding as its definition has it, without any bookkeeping.
struct NaiveSubwords {
  struct Pair: Hashable {
    var left: Int32
    var right: Int32

    init(_ left: Int32, _ right: Int32) { (self.left, self.right) = (left, right) }
    init(_ merge: MergeTable.Merge) { self.init(merge.left, merge.right) }
  }

  private(set) var pieces: [String]
  private(set) var merges: [Pair] = []

  /// Learns from a text whose characters have the ids that a tokenizer gives them.
  init(_ tokenizer: Tokenizer, fitting text: [UInt8], room: Int) {
    pieces = (256..<Int32(tokenizer.vocabulary.count)).map(tokenizer.vocabulary.spelling).filter {
      $0.unicodeScalars.count == 1
    }
    let string = String(decoding: text, as: UTF8.self)
    var words = TextUnit.spacedWord.pieces(of: string).map { word in
      word.unicodeScalars.map { Int32(256 + (pieces.firstIndex(of: String($0)) ?? -256)) }
    }
    while pieces.count < room {
      var counts: [Pair: Int] = [:]
      for word in words {
        for (left, right) in zip(word, word.dropFirst()) where left > 0 && right > 0 {
          counts[Pair(left, right), default: 0] += 1
        }
      }
      let best = counts.max {
        ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right)
      }
      guard let best, best.value >= 2 else { return }
      let piece = pieces[Int(best.key.left) - 256] + pieces[Int(best.key.right) - 256]
      let id: Int
      if let known = pieces.firstIndex(of: piece) {
        id = known
      } else {
        id = pieces.count
        pieces.append(piece)
      }
      if !merges.contains(best.key) { merges.append(best.key) }
      words = words.map { Self.merged($0, best.key, into: Int32(256 + id)) }
    }
  }

  /// Merges a pair from left to right.
  private static func merged(_ word: [Int32], _ pair: Pair, into id: Int32) -> [Int32] {
    var result: [Int32] = []
    var index = 0
    while index < word.count {
      if index + 1 < word.count, word[index] == pair.left, word[index + 1] == pair.right {
        result.append(id)
        index += 2
      } else {
        result.append(word[index])
        index += 1
      }
    }
    return result
  }

  /// The ids of a text by the merges of a tokenizer.
  static func encode(_ text: String, _ tokenizer: Tokenizer) -> [Int32] {
    let merges = tokenizer.merges.merges
    return TextUnit.spacedWord.pieces(of: text).flatMap { word -> [Int32] in
      var ids = word.unicodeScalars.flatMap { scalar -> [Int32] in
        let bytes = Array(String(scalar).utf8)
        return tokenizer.vocabulary.table.number(of: bytes).map { [$0] } ?? bytes.map(Int32.init)
      }
      while true {
        let places = zip(ids, ids.dropFirst()).enumerated().compactMap { place, pair in
          merges.firstIndex { $0.left == pair.0 && $0.right == pair.1 }.map { ($0, place) }
        }
        guard let first = places.min(by: <) else { return ids }
        ids.replaceSubrange(first.1...(first.1 + 1), with: [merges[first.0].result])
      }
    }
  }
}

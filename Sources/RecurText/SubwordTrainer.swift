import HeapModule

/// Learns subwords by byte-pair encoding (Sennrich, Haddow and Birch 2016, "Neural Machine Translation
/// of Rare Words with Subword Units").
///
/// Words begin as their characters. Again and again the pair of neighbours that occurs most often in all
/// words is merged into one piece, until the vocabulary is full or no pair occurs often enough. Of
/// pairs that occur equally often the one whose left piece has the smaller id comes first, then the one
/// whose right piece has.
///
/// Counts are kept up to date where something was merged, and the queue is put right when a pair comes
/// up whose count has fallen since: a merge costs what it changes.
struct SubwordTrainer {
  /// The fraction of the corpus' characters that are in the vocabulary.
  let coverage: Double
  /// The merges, in the order in which they were learnt; ids are numbers of pieces.
  private var merges: [MergeTable.Merge] = []
  private let table = PieceTable()

  /// The characters of all distinct words, one after another, by their pieces; -1 where a piece has
  /// been merged into the one before it.
  private var symbols: [Int32] = []
  /// The neighbours of each symbol in its word, or -1.
  private var previous: [Int32] = []
  private var next: [Int32] = []
  /// How often the word of each symbol occurs.
  private var weights: [Int64] = []
  private var pairs: [Pair: Occurrences] = [:]

  private struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }

  private struct Occurrences {
    var count: Int64 = 0
    /// Where the pair stood once; it may have gone from there.
    var positions: [Int32] = []
  }

  private struct Candidate: Comparable {
    var count: Int64
    var pair: Pair

    static func < (left: Candidate, right: Candidate) -> Bool {
      if left.count != right.count { return left.count < right.count }
      if left.pair.left != right.pair.left { return left.pair.left > right.pair.left }
      return left.pair.right > right.pair.right
    }
  }

  /// - Parameters:
  ///   - words: the distinct words of the corpus with their counts.
  ///   - room: the most pieces; characters get at most half of it.
  ///   - minimumCount: how often a character must occur, and a pair, for which 2 is the least.
  init(fitting words: PieceTable, room: Int, minimumCount: Int) {
    let characters = PieceTable()
    for number in 0..<Int32(words.count) {
      characters.addCharacters(
        of: words.bytes(of: number), count: words.occurrences(of: number))
    }
    let alphabet = VocabularyChoice(
      from: characters, room: room / 2, minimumCount: minimumCount, keepingCharacters: false)
    coverage = alphabet.coverage
    for character in alphabet.pieces { table.add(character) }
    for number in words.ranked() {
      append(words.bytes(of: number), count: words.occurrences(of: number))
    }
    learn(room: room, minimumCount: Int64(max(minimumCount, 2)))
  }

  /// The pieces in the order of their ids: the characters, then what was merged.
  var pieces: [[UInt8]] { (0..<Int32(table.count)).map { Array(table.bytes(of: $0)) } }

  /// The merges by ids of the vocabulary.
  var mergeTable: MergeTable {
    let first = Int32(Vocabulary.byteTokenCount)
    let table = MergeTable(
      merges.map {
        MergeTable.Merge(left: $0.left + first, right: $0.right + first, result: $0.result + first)
      })
    guard let table else { preconditionFailure("a pair was learnt twice") }
    return table
  }

  private mutating func append(_ word: UnsafeBufferPointer<UInt8>, count: Int64) {
    // Positions have 32 bits; the rarest words of a corpus of billions are not learnt from.
    guard symbols.count + word.count < Int(Int32.max) else { return }
    var last: Int32 = -1
    var begin = 0
    while begin < word.count {
      var end = begin + 1
      while end < word.count, word[end] & 0xC0 == 0x80 { end += 1 }
      let symbol = table.number(of: UnsafeBufferPointer(rebasing: word[begin..<end]))
      begin = end
      // A character outside the vocabulary is written as bytes, which are never merged.
      guard let symbol else {
        last = -1
        continue
      }
      let position = Int32(symbols.count)
      if last >= 0 {
        next[Int(last)] = position
        add(Pair(left: symbols[Int(last)], right: symbol), count: count, at: last)
      }
      symbols.append(symbol)
      previous.append(last)
      next.append(-1)
      weights.append(count)
      last = position
    }
  }

  private mutating func add(_ pair: Pair, count: Int64, at position: Int32) {
    pairs[pair, default: Occurrences()].count += count
    pairs[pair]?.positions.append(position)
  }

  private mutating func learn(room: Int, minimumCount: Int64) {
    var queue = Heap(
      pairs.lazy.filter { $0.value.count >= minimumCount }.map {
        Candidate(count: $0.value.count, pair: $0.key)
      })
    var learnt: Set<Pair> = []
    while table.count < room, merges.count < MergeTable.maximumCount,
      let candidate = queue.popMax()
    {
      let pair = candidate.pair
      guard let count = pairs[pair]?.count, count >= minimumCount else { continue }
      if count != candidate.count {
        queue.insert(Candidate(count: count, pair: pair))
        continue
      }
      let piece = Array(table.bytes(of: pair.left)) + Array(table.bytes(of: pair.right))
      if piece.count > Vocabulary.longestPiece || Vocabulary.isReserved(piece) { continue }
      let result = table.add(piece)
      // A piece that was there already can bring back a pair that was learnt before.
      if learnt.insert(pair).inserted {
        merges.append(MergeTable.Merge(left: pair.left, right: pair.right, result: result))
      }
      for changed in merge(pair, into: result) {
        guard let count = pairs[changed]?.count, count >= minimumCount else { continue }
        queue.insert(Candidate(count: count, pair: changed))
      }
    }
  }

  /// Merges a pair wherever it stands, and answers the pairs that have become more frequent.
  private mutating func merge(_ pair: Pair, into result: Int32) -> Set<Pair> {
    var positions = pairs.removeValue(forKey: pair)?.positions ?? []
    // Of aaa the first two are merged, as in encoding.
    if pair.left == pair.right { positions.sort() }
    var grown: Set<Pair> = []
    for position in positions {
      let left = Int(position)
      let right = Int(next[left])
      guard symbols[left] == pair.left, right >= 0, symbols[right] == pair.right else { continue }
      let (before, after) = (previous[left], next[right])
      let weight = weights[left]
      if before >= 0 {
        let neighbour = symbols[Int(before)]
        pairs[Pair(left: neighbour, right: pair.left)]?.count -= weight
        let new = Pair(left: neighbour, right: result)
        add(new, count: weight, at: before)
        grown.insert(new)
      }
      if after >= 0 {
        let neighbour = symbols[Int(after)]
        pairs[Pair(left: pair.right, right: neighbour)]?.count -= weight
        let new = Pair(left: result, right: neighbour)
        add(new, count: weight, at: position)
        grown.insert(new)
        previous[Int(after)] = position
      }
      symbols[left] = result
      symbols[right] = -1
      next[left] = after
    }
    return grown
  }
}

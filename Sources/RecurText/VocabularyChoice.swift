/// Which pieces of a corpus get into a vocabulary.
struct VocabularyChoice {
  /// The pieces in the order of their ids.
  let pieces: [[UInt8]]
  /// The fraction of the corpus' pieces that got in.
  let coverage: Double

  /// - Parameters:
  ///   - counted: the pieces of the corpus.
  ///   - room: the most pieces.
  ///   - minimumCount: how often a piece must occur.
  ///   - keepingCharacters: whether to take in the characters of pieces that stay outside, for which
  ///     a quarter of the room is kept where the room is too small for all.
  init(from counted: PieceTable, room: Int, minimumCount: Int, keepingCharacters: Bool) {
    let ranked = counted.ranked()
    let fit = ranked.filter {
      counted.occurrences(of: $0) >= minimumCount
        && counted.bytes(of: $0).count <= Vocabulary.longestPiece
    }
    var taken = min(fit.count, room)
    let characters = PieceTable()
    var chosenCharacters: [Int32] = []
    if keepingCharacters, taken < ranked.count {
      taken = min(fit.count, room - room / 4)
      let inside = PieceTable()
      for number in fit.prefix(taken) { inside.add(counted.bytes(of: number)) }
      for number in ranked where inside.number(of: counted.bytes(of: number)) == nil {
        characters.addCharacters(
          of: counted.bytes(of: number), count: counted.occurrences(of: number))
      }
      chosenCharacters = Array(
        characters.ranked().filter {
          characters.occurrences(of: $0) >= minimumCount
            && inside.number(of: characters.bytes(of: $0)) == nil
        }.prefix(room - taken))
    }
    let chosenBytes = chosenCharacters.map { Array(characters.bytes(of: $0)) }
    let reserved = Set(chosenBytes)
    // What the characters leave of the room goes to the next pieces.
    let further = fit.dropFirst(taken).lazy
      .filter { !reserved.contains(Array(counted.bytes(of: $0))) }
      .prefix(room - taken - chosenBytes.count)
    let chosen = Array(fit.prefix(taken)) + Array(further)
    pieces = chosen.map { Array(counted.bytes(of: $0)) } + chosenBytes

    var all: Int64 = 0
    for number in ranked { all += counted.occurrences(of: number) }
    var covered = chosen.reduce(0 as Int64) { $0 + counted.occurrences(of: $1) }
    for bytes in chosenBytes {
      if let number = counted.number(of: bytes) { covered += counted.occurrences(of: number) }
    }
    coverage = all == 0 ? 1 : Double(covered) / Double(all)
  }
}

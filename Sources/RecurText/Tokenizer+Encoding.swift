import CText

extension Tokenizer {
  /// The ids of a corpus.
  public func encode(_ corpus: Corpus) -> [Int32] { encode(corpus.utf8) }

  /// The ids of a text.
  public func encode(_ text: String) -> [Int32] { encode(Array(text.utf8)) }

  /// The ids of a text.
  ///
  /// - Parameter utf8: UTF-8; bytes that are not well-formed are written as byte tokens (where the
  ///   text is folded or normalized, as U+FFFD).
  public func encode(_ utf8: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    utf8.withUnsafeBufferPointer { source in
      ids.reserveCapacity(expectedTokenCount(in: source))
      if segmentation == .character {
        Self.forEachChunk(
          of: source, normalization: normalization, caseFolding: caseFolding
        ) { text, _ in appendCharacters(of: text.utf8, to: &ids) }
        return
      }
      if segmentation == .subword {
        forEachSpacedWord(in: source) { _, _, _, word in ids.append(contentsOf: word) }
        return
      }
      forEachBatch(in: source) { text, begin, ends, numbers, missing in
        if missing == 0 {
          ids.append(contentsOf: numbers)
          return
        }
        var begin = begin
        for (end, number) in zip(ends, numbers) {
          if number >= 0 {
            ids.append(number)
          } else {
            let piece = UnsafeBufferPointer(rebasing: text.utf8[begin..<Int(end)])
            spell(piece) { id, _ in ids.append(id) }
          }
          begin = Int(end)
        }
      }
    }
    return ids
  }

  /// Characters need no boundaries: they are looked up as they come.
  func appendCharacters(of utf8: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    var rest = utf8
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 4096) { numbers in
      while !rest.isEmpty {
        let (count, used) = vocabulary.table.numbersOfCodePoints(rest, into: numbers)
        ids.append(contentsOf: numbers[..<count])
        rest = UnsafeBufferPointer(rebasing: rest[used...])
        if count == numbers.count || rest.isEmpty { continue }
        var end = 1
        while end < rest.count, rest[end] & 0xC0 == 0x80 { end += 1 }
        for byte in rest[..<end] { ids.append(vocabulary.byteIDs[Int(byte)]) }
        rest = UnsafeBufferPointer(rebasing: rest[end...])
      }
    }
  }

  /// The tokens of a text with the bytes of the source that each stands for.
  ///
  /// Without folding and normalization the ranges tile the source exactly. With them the ranges cover
  /// it in order, and tokens that come from one replacement (the f and the i of ﬁ under NFKC) share
  /// the range of what was replaced.
  ///
  /// - Parameter utf8: as for `encode`.
  public func tokens(in utf8: [UInt8]) -> [Token] {
    if segmentation == .subword { return utf8.withUnsafeBufferPointer { subwords(in: $0) } }
    var tokens: [Token] = []
    utf8.withUnsafeBufferPointer { source in
      tokens.reserveCapacity(expectedTokenCount(in: source))
      var chunkBegin = 0
      forEachBatch(in: source, chunkBegins: { chunkBegin = $0 }) {
        text, begin, ends, numbers, missing in
        func append(_ id: Int32, _ range: Range<Int>) {
          let range = text.sourceRange(of: range)
          tokens.append(
            Token(id: id, range: range.lowerBound + chunkBegin..<range.upperBound + chunkBegin))
        }
        if missing == 0, text.isUnchanged {
          appendRun(numbers, from: begin + chunkBegin, ends: ends, shift: chunkBegin, to: &tokens)
          return
        }
        var begin = begin
        for (end, number) in zip(ends, numbers) {
          let end = Int(end)
          if number >= 0 {
            append(number, begin..<end)
          } else {
            let piece = UnsafeBufferPointer(rebasing: text.utf8[begin..<end])
            spell(piece) { id, part in
              append(id, part.lowerBound + begin..<part.upperBound + begin)
            }
          }
          begin = end
        }
      }
    }
    return tokens
  }

  /// Appends a run of tokens that all are in the vocabulary, in one go.
  private func appendRun(
    _ ids: UnsafeBufferPointer<Int32>, from begin: Int, ends: UnsafeBufferPointer<Int64>,
    shift: Int, to tokens: inout [Token]
  ) {
    withUnsafeTemporaryAllocation(of: Token.self, capacity: ids.count) { run in
      var begin = begin
      for position in 0..<ids.count {
        let end = Int(ends[position]) + shift
        run.initializeElement(at: position, to: Token(id: ids[position], range: begin..<end))
        begin = end
      }
      tokens.append(contentsOf: run)
    }
  }

  /// Calls `body` with runs of pieces and their ids; an id is -1 where the vocabulary has none.
  private func forEachBatch(
    in source: UnsafeBufferPointer<UInt8>, chunkBegins: (Int) -> Void = { _ in },
    _ body: (
      _ text: TransformedText, _ begin: Int, _ ends: UnsafeBufferPointer<Int64>,
      _ numbers: UnsafeBufferPointer<Int32>, _ missing: Int
    ) -> Void
  ) {
    let cursor = SegmentCursor(segmentation.unit)
    Self.forEachChunk(
      of: source, normalization: normalization, caseFolding: caseFolding
    ) { text, chunkBegin in
      chunkBegins(chunkBegin)
      cursor.forEachBatch(in: text.utf8) { begin, ends in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: ends.count) { numbers in
          if segmentation == .byte {
            for offset in ends.indices {
              numbers[offset] = vocabulary.byteIDs[Int(text.utf8[begin + offset])]
            }
            body(text, begin, ends, UnsafeBufferPointer(numbers), 0)
            return
          }
          let missing = vocabulary.table.numbers(
            of: text.utf8, from: begin, ends: ends, into: numbers)
          body(text, begin, ends, UnsafeBufferPointer(numbers), missing)
        }
      }
    }
  }

  /// Calls `body` with the source folded and normalized, whole where there is nothing to do, else in
  /// chunks of about 4 MiB that are parted where it makes no difference.
  static func forEachChunk(
    of source: UnsafeBufferPointer<UInt8>, normalization: Normalization, caseFolding: Bool,
    _ body: (_ text: TransformedText, _ begin: Int) -> Void
  ) {
    let isPlain = normalization == .none && !caseFolding
    var begin = 0
    while begin < source.count {
      let rest = UnsafeBufferPointer(rebasing: source[begin...])
      let length = isPlain ? rest.count : ctext_safe_cut(rest.baseAddress, rest.count, 4 << 20)
      let chunk = UnsafeBufferPointer(rebasing: rest[..<length])
      body(
        TransformedText(chunk, normalization: normalization, caseFolding: caseFolding), begin)
      begin += length
    }
  }

  /// Writes a piece that is not in the vocabulary: its characters, and bytes for those that are not in
  /// it either. Ranges are offsets into the piece.
  private func spell(
    _ piece: UnsafeBufferPointer<UInt8>, _ body: (_ id: Int32, _ range: Range<Int>) -> Void
  ) {
    var begin = 0
    while begin < piece.count {
      var end = begin + 1
      while end < piece.count, piece[end] & 0xC0 == 0x80 { end += 1 }
      let character = UnsafeBufferPointer(rebasing: piece[begin..<end])
      if piece[begin] != 0xFF, let id = vocabulary.table.number(of: character) {
        body(id, begin..<end)
      } else {
        for position in begin..<end {
          body(vocabulary.byteIDs[Int(piece[position])], position..<position + 1)
        }
      }
      begin = end
    }
  }

  /// About how many tokens a text has: what to reserve.
  private func expectedTokenCount(in source: UnsafeBufferPointer<UInt8>) -> Int {
    switch segmentation {
    case .byte: source.count
    case .character, .grapheme: ctext_code_point_count(source.baseAddress, source.count)
    case .word, .subword: source.count / 3
    }
  }
}

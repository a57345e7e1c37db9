extension Tokenizer {
  /// Calls `body` with each spaced word of a text: the chunk that it is in, where that begins in the
  /// source, where the word begins in it, and its tokens.
  func forEachSpacedWord(
    in source: UnsafeBufferPointer<UInt8>,
    _ body: (
      _ text: TransformedText, _ chunkBegin: Int, _ begin: Int, _ ids: UnsafeBufferPointer<Int32>
    ) -> Void
  ) {
    let cursor = SegmentCursor(segmentation.unit)
    var encoder = SubwordEncoder(self)
    Self.forEachChunk(
      of: source, normalization: normalization, caseFolding: caseFolding
    ) { text, chunkBegin in
      cursor.forEachBatch(in: text.utf8) { begin, ends in
        var begin = begin
        for end in ends {
          let word = UnsafeBufferPointer(rebasing: text.utf8[begin..<Int(end)])
          encoder.encode(word) { body(text, chunkBegin, begin, $0) }
          begin = Int(end)
        }
      }
    }
  }

  /// The tokens of a text with the bytes of the source that each stands for.
  func subwords(in source: UnsafeBufferPointer<UInt8>) -> [Token] {
    var tokens: [Token] = []
    forEachSpacedWord(in: source) { text, chunkBegin, begin, ids in
      var begin = begin
      for id in ids {
        let end = begin + vocabulary.byteCount(of: id)
        let range = text.sourceRange(of: begin..<end)
        tokens.append(
          Token(id: id, range: range.lowerBound + chunkBegin..<range.upperBound + chunkBegin))
        begin = end
      }
    }
    return tokens
  }
}

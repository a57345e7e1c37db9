import CText

extension Tokenizer {
  /// Turns ids into text while they come: each answer is valid Unicode, and a character whose bytes
  /// have not all come yet is held back.
  ///
  /// All answers together are `decodeText` of all ids.
  public struct StreamingDecoder: Sendable {
    private let vocabulary: Vocabulary
    private var pending: [UInt8] = []

    /// Makes a decoder for the ids of a tokenizer.
    public init(_ tokenizer: Tokenizer) { vocabulary = tokenizer.vocabulary }

    /// Takes an id, from 0 to the vocabulary's count - 1, and answers what is complete now: often the
    /// token's text, and nothing where a byte token leaves a character incomplete.
    public mutating func append(_ id: Int32) -> String {
      vocabulary.append(id, to: &pending)
      let check = pending.withUnsafeBufferPointer {
        ctext_utf8_validate($0.baseAddress, $0.count)
      }
      if check.broken == 0 || !check.truncated { return flush(keeping: lengthOfIncompleteEnd()) }
      return flush(keeping: check.broken)
    }

    /// Ends the text: a character that is still incomplete becomes U+FFFD.
    public mutating func finish() -> String { flush(keeping: 0) }

    private mutating func flush(keeping count: Int) -> String {
      let text = String(decoding: pending.dropLast(count), as: UTF8.self)
      pending.removeFirst(pending.count - count)
      return text
    }

    /// The length of the beginning of a character that the pending bytes end in.
    private func lengthOfIncompleteEnd() -> Int {
      for length in stride(from: min(3, pending.count), to: 0, by: -1) {
        let check = pending.withUnsafeBufferPointer { buffer in
          let end = UnsafeBufferPointer(rebasing: buffer.suffix(length))
          return ctext_utf8_validate(end.baseAddress, end.count)
        }
        if check.valid == 0, check.broken == length, check.truncated { return length }
      }
      return 0
    }
  }
}

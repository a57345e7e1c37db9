public import RecurText

/// How many bytes and characters each token stands for: what turns nats per token into bits per
/// character and per byte.
///
/// Where the tokenizer normalizes or folds case, these are those of the text that the model sees.
public struct TokenMeasure: Sendable {
  private let byteCounts: [Int32]
  private let characterCounts: [Int32]

  /// Measures a vocabulary. A byte token is one byte, and one character unless it is a continuation.
  public init(_ vocabulary: Vocabulary) {
    let tokens = (0..<Int32(vocabulary.count)).map { vocabulary.bytes(of: $0) }
    byteCounts = tokens.map { Int32($0.count) }
    characterCounts = tokens.map { bytes in Int32(bytes.count { $0 & 0xC0 != 0x80 }) }
  }

  /// The bytes of tokens, which must be in the vocabulary.
  public func byteCount(of tokens: some Sequence<Int32>) -> Int {
    tokens.reduce(0) { $0 + Int(byteCounts[Int($1)]) }
  }

  /// The code points of tokens, which must be in the vocabulary.
  public func characterCount(of tokens: some Sequence<Int32>) -> Int {
    tokens.reduce(0) { $0 + Int(characterCounts[Int($1)]) }
  }
}

/// Sequences of different lengths side by side, the shorter ones filled up with zeros at the end.
///
/// Time-major: the token of step t in sequence b stands at `t * batchSize + b`.
public struct PaddedBatch: Sendable, Equatable {
  /// The tokens; 0 from the end of a sequence on.  // (T, B)
  public let tokens: [Int32]
  /// How many tokens each sequence has.  // (B)
  public let lengths: [Int32]

  /// Puts sequences side by side in the order given.
  ///
  /// - Parameter sequences: at least one; each may be empty.
  public init(_ sequences: [[Int32]]) {
    precondition(!sequences.isEmpty, "a batch of no sequences")
    let length = sequences.reduce(0) { max($0, $1.count) }
    precondition(length <= Int(Int32.max), "a sequence of \(length) tokens")
    var tokens = [Int32](repeating: 0, count: length * sequences.count)
    for (position, sequence) in sequences.enumerated() {
      for (step, token) in sequence.enumerated() {
        tokens[step * sequences.count + position] = token
      }
    }
    self.tokens = tokens
    lengths = sequences.map { Int32($0.count) }
  }

  /// B: the number of sequences.
  public var batchSize: Int { lengths.count }

  /// T: the length of the longest sequence.
  public var length: Int { tokens.count / lengths.count }
}

/// A slice of `length` steps of a batch of tracks, with the tokens to be predicted.
///
/// Both arrays are time-major: the token of step t in track b stands at `t * batchSize + b`.
public struct Window: Sendable, Equatable {
  /// The tokens that go in.  // (T, B)
  public let inputs: [Int32]
  /// For each of them the token that follows it in its track.  // (T, B)
  public let targets: [Int32]
  /// T: the number of steps.
  public let length: Int
  /// B: the number of tracks.
  public let batchSize: Int

  /// Makes a window.
  ///
  /// - Precondition: both arrays have `length * batchSize` tokens.
  public init(inputs: [Int32], targets: [Int32], length: Int, batchSize: Int) {
    precondition(
      inputs.count == length * batchSize && targets.count == inputs.count,
      "\(inputs.count) inputs and \(targets.count) targets in a window of (\(length), \(batchSize))"
    )
    self.inputs = inputs
    self.targets = targets
    self.length = length
    self.batchSize = batchSize
  }
}

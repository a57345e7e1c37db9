/// What one pass over the training data did.
public struct EpochReport: Sendable, Equatable {
  /// Steps done.
  public var stepCount = 0
  /// Tokens predicted.
  public var tokenCount = 0
  /// The nats of all of them, as they were when each was trained on.
  public var nats = 0.0
  /// Characters in a token, on average.
  public var charactersPerToken = 1.0
  /// The duration.
  public var seconds = 0.0

  /// The mean nats of a token.
  public var natsPerToken: Double { nats / Double(max(tokenCount, 1)) }
  /// The mean bits of a token.
  public var bitsPerToken: Double { natsPerToken / 0.693_147_180_559_945_3 }
  /// The mean bits of a character.
  public var bitsPerCharacter: Double { bitsPerToken / charactersPerToken }
  /// Characters trained on in a second.
  public var charactersPerSecond: Double {
    seconds > 0 ? Double(tokenCount) * charactersPerToken / seconds : 0
  }
}

#if canImport(Glibc)
  import Glibc
#endif

/// How well a language model predicts a text.
public struct EvaluationReport: Sendable, Equatable, Codable {
  /// The sum of the losses of all predicted tokens, in nats.
  public var nats: Double
  /// Tokens that were predicted: all but the first of the text.
  public var tokenCount: Int
  /// The code points of those tokens.
  public var characterCount: Int
  /// The bytes of those tokens.
  public var byteCount: Int

  /// Puts a report together.
  public init(nats: Double, tokenCount: Int, characterCount: Int, byteCount: Int) {
    self.nats = nats
    self.tokenCount = tokenCount
    self.characterCount = characterCount
    self.byteCount = byteCount
  }

  /// The mean nats of a token.
  public var natsPerToken: Double { nats / Double(tokenCount) }
  /// The mean nats of a character.
  public var natsPerCharacter: Double { nats / Double(characterCount) }
  /// The mean bits of a token.
  public var bitsPerToken: Double { bits / Double(tokenCount) }
  /// The mean bits of a character.
  public var bitsPerCharacter: Double { bits / Double(characterCount) }
  /// The mean bits of a byte.
  public var bitsPerByte: Double { bits / Double(byteCount) }
  /// e to the mean nats of a token: among how many tokens the model is as unsure as if they were
  /// equally likely.
  public var perplexity: Double { exp(natsPerToken) }

  private var bits: Double { nats / log(2) }
}

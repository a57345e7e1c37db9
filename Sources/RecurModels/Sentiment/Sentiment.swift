/// What a classifier says of one text.
public struct Sentiment: Sendable, Equatable {
  /// The name of the likeliest class; of several the first.
  public let label: String
  /// Its probability.
  public let probability: Double
  /// The probability of every class, in the model's order.
  public let probabilities: [Double]
  /// The probability of the positive class, see `SentimentModel.positiveClass`.
  public let positive: Double
}

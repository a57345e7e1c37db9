/// A word or a pair of words, and how much it says for a class.
public struct WeightedNGram: Sendable, Equatable {
  /// The words in lower case, parted by a space.
  public var text: String
  /// What it adds to the log odds of the class, times the length that the text's features have
  /// before they are brought to 1: the more a text holds, the less each of its n-grams moves it.
  public var weight: Double
}

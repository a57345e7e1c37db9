/// The two sides of a judgement, and the words by which labels name them.
///
/// So that a model of `negative` and `positive` can be measured on a file that says 0 and 1.
public enum Polarity: Sendable, Equatable {
  /// Against: negative, neg, no, false, bad, 0, -1.
  case negative
  /// For: positive, pos, yes, true, good, 1.
  case positive

  /// The side that a label names, in large or small letters; nil for any other word.
  public init?(_ label: String) {
    switch label.lowercased() {
    case "negative", "neg", "no", "false", "bad", "0", "-1": self = .negative
    case "positive", "pos", "yes", "true", "good", "1": self = .positive
    default: return nil
    }
  }

  /// The position of each side among the names of two classes; nil where they are not the two sides.
  static func positions(in classNames: [String]) -> [Polarity: Int]? {
    let sides = classNames.map(Polarity.init)
    guard sides.count == 2, let first = sides[0], let second = sides[1], first != second else {
      return nil
    }
    return [first: 0, second: 1]
  }
}

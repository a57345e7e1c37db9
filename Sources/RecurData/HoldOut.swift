/// Setting data aside for validation.
public enum HoldOut {
  /// Parts a stream into what is trained on and, after it, what is held out: the last contiguous
  /// fraction, so that no window of one is part of the other.
  ///
  /// - Parameters:
  ///   - count: how many tokens there are, 0 or more.
  ///   - fraction: which part is held out, from 0 (nothing) to 1 (everything); rounded to the nearest
  ///     token.
  public static func split(
    _ count: Int, fraction: Double
  ) -> (training: Range<Int>, validation: Range<Int>) {
    precondition(count >= 0, "\(count) tokens")
    precondition((0...1).contains(fraction), "a fraction of \(fraction)")
    let held = min(Int((Double(count) * fraction).rounded()), count)
    return (0..<(count - held), (count - held)..<count)
  }

  /// Parts a stream as `split(_:fraction:)` does and gives the tokens themselves.
  public static func split(
    _ tokens: [Int32], fraction: Double
  ) -> (training: [Int32], validation: [Int32]) {
    let (training, validation) = split(tokens.count, fraction: fraction)
    return (Array(tokens[training]), Array(tokens[validation]))
  }
}

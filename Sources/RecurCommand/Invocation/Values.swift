import ArgumentParser

/// The values of flags: parsed the same in every locale, and held to their ranges.
enum Values {
  /// A whole number in a range.
  static func integer(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
      guard let value = Int(text) else {
        let isWhole = !text.isEmpty && text.drop { $0 == "-" || $0 == "+" }.allSatisfy(\.isNumber)
        throw ValidationError(
          isWhole ? "possible are \(shown(range))" : "a whole number is needed")
      }
      guard range.contains(value) else { throw ValidationError("possible are \(shown(range))") }
      return value
    }
  }

  /// A number from a range, NaN never.
  ///
  /// - Parameters:
  ///   - range: What is possible.
  ///   - excludingLower: Whether the lower bound itself is not.
  ///   - excludingUpper: Whether the upper bound itself is not.
  static func number(
    _ range: ClosedRange<Double>, excludingLower: Bool = false, excludingUpper: Bool = false
  ) -> @Sendable (String) throws -> Double {
    { text in
      guard let value = Double(text), !text.lowercased().hasPrefix("0x") else {
        throw ValidationError(
          text.contains(",") ? "a number is needed, with a point" : "a number is needed")
      }
      let isPossible =
        range.contains(value) && !(excludingLower && value == range.lowerBound)
        && !(excludingUpper && value == range.upperBound)
      guard isPossible else {
        let lower =
          excludingLower ? "more than \(shown(range.lowerBound))" : shown(range.lowerBound)
        let upper =
          excludingUpper ? "less than \(shown(range.upperBound))" : shown(range.upperBound)
        throw ValidationError("possible are \(lower) to \(upper)")
      }
      return value
    }
  }

  /// Any whole number; its range is checked where all settings come together.
  @Sendable static func whole(_ text: String) throws -> Int {
    try integer(Int.min...Int.max)(text)
  }

  /// Whole numbers with commas between them.
  @Sendable static func wholes(_ text: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { try whole(String($0)) }
  }

  /// Any number that is finite.
  @Sendable static func finite(_ text: String) throws -> Double {
    if let value = Double(text), !value.isFinite {
      throw ValidationError("a finite number is needed")
    }
    return try number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)(text)
  }

  /// A seed: any whole number of 64 bits that is not negative.
  @Sendable static func seed(_ text: String) throws -> UInt64 {
    guard let value = UInt64(text) else {
      throw ValidationError("possible are 0 to \(UInt64.max)")
    }
    return value
  }

  private static func shown(_ range: ClosedRange<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound)"
  }

  private static func shown(_ value: Double) -> String {
    value.rounded() == value && value.magnitude < 1e15 ? String(Int(value)) : value.description
  }
}

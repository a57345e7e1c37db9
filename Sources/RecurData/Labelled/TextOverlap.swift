import RecurFiles

/// Which texts of a test set occur in a training set too, so that scores on them prove nothing.
///
/// Two texts are the same if they are so but for case and white space. Texts without anything else
/// are left out.
public struct TextOverlap: Sendable, Equatable {
  /// How many examples are kept.
  public static let keptCount = 5

  /// A test text and the first training text that is the same.
  public struct Example: Sendable, Equatable {
    /// The position among the test texts.
    public let test: Int
    /// The position among the training texts.
    public let training: Int
  }

  /// How many test texts occur in the training set.
  public let count: Int
  /// The first of them.
  public let examples: [Example]

  /// Compares a test set with a training set.
  public init(of test: [String], with training: [String]) {
    var positions: [ExactKey: Int] = [:]
    positions.reserveCapacity(test.count)
    // The test texts are the ones in memory twice: they are fewer as a rule.
    let keys = test.map(Self.normalized)
    for key in keys where !key.isEmpty { positions[ExactKey(key)] = -1 }
    for (position, text) in training.enumerated() {
      let key = ExactKey(Self.normalized(text))
      if positions[key] == -1 { positions[key] = position }
    }
    var count = 0
    var examples: [Example] = []
    for (position, key) in keys.enumerated() {
      guard let found = positions[ExactKey(key)], found >= 0 else { continue }
      count += 1
      if examples.count < Self.keptCount {
        examples.append(Example(test: position, training: found))
      }
    }
    self.count = count
    self.examples = examples
  }

  /// The text in lower case, with one space for each stretch of white space and none at the ends.
  private static func normalized(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    var isSpaceWaiting = false
    for scalar in text.lowercased().unicodeScalars {
      let isSpace =
        scalar.value < 0x80
        ? scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value)
        : scalar.properties.isWhitespace
      if isSpace {
        isSpaceWaiting = !result.isEmpty
        continue
      }
      if isSpaceWaiting { result.append(UInt8(ascii: " ")) }
      isSpaceWaiting = false
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return String(decoding: result, as: UTF8.self)
  }
}

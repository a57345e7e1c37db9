import RecurFiles

/// Reads the keys of a `config.json` and notes everything that is wrong, instead of stopping at the
/// first.
struct ConfigurationReader {
  private let container: KeyedDecodingContainer<ConfigurationKey>
  var problems: [String] = []
  // JSONDecoder has an error of its own for a number that does not fit its type. Where there is
  // nothing else, it is handed on, for only its receiver knows where in the text the number stands.
  private var badNumbers: [any Error] = []
  private var unreadable: Set<ConfigurationKey> = []

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: ConfigurationKey.self)
  }

  /// Whether a key was missing or of another type, so that a placeholder stands for its value.
  func isUnreadable(_ key: ConfigurationKey) -> Bool { unreadable.contains(key) }

  /// The value of a key; nil with a problem noted where it is missing or of another type.
  mutating func read<Value: Decodable>(
    _ type: Value.Type, _ key: ConfigurationKey, _ what: String, default fallback: Value? = nil
  ) -> Value? {
    do {
      if let value = try container.decodeIfPresent(type, forKey: key) { return value }
      if let fallback { return fallback }
      problems.append("`\(key.rawValue)` is missing")
    } catch {
      if !(error is DecodingError) { badNumbers.append(error) }
      problems.append("`\(key.rawValue)` is not \(what)")
    }
    unreadable.insert(key)
    return nil
  }

  /// Notes a value that is none of those expected.
  mutating func check(_ key: ConfigurationKey, _ value: String?, isOneOf expected: [String]) {
    guard let value, !expected.contains(value), let first = expected.first else { return }
    problems.append(
      "`\(key.rawValue)` is \"\(DisplayText.escaped(value, limit: 60))\", not \"\(first)\"")
  }

  /// Notes where `num_layers` and `hidden_size` say something else than `hidden_sizes`.
  mutating func checkLayers(_ hiddenSizes: [Int]?) {
    guard let hiddenSizes else { return }
    if let count = read(Int.self, .layerCount, "a plain integer", default: hiddenSizes.count),
      count != hiddenSizes.count
    {
      problems.append("`num_layers` is \(count), but `hidden_sizes` has \(hiddenSizes.count)")
    }
    if let last = hiddenSizes.last,
      let size = read(Int.self, .hiddenSize, "a plain integer", default: last), size != last
    {
      problems.append("`hidden_size` is \(size), but the last of `hidden_sizes` is \(last)")
    }
  }

  /// Refuses the configuration if anything is wrong with it.
  ///
  /// - Throws: `RecurError` of kind `.badConfiguration` with every problem in one line, or
  ///   the decoder's own error where numbers that are no integers are the only ones.
  func check(_ further: [String]) throws {
    let problems = problems + further
    if let first = badNumbers.first, badNumbers.count == problems.count { throw first }
    if problems.isEmpty { return }
    throw RecurError(
      .badConfiguration, RecurError.joined(problems),
      hint: "restore the configuration that was written with the model")
  }
}

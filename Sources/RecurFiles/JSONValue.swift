/// A JSON value exactly as it was written: members keep their order, keys and strings keep their
/// bytes, and integers stay apart from other numbers.
///
/// Swift compares strings by canonical equivalence, so a `[String: T]` decoded from JSON silently
/// merges the keys `"\u{E9}"` and `"e\u{301}"`. Where keys are data (a vocabulary, the names of
/// tensors), read a `JSONValue` and compare keys by their UTF-8.
public indirect enum JSONValue: Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number that is spelled as a plain integer (`0` or `-?[1-9][0-9]*`) and fits `Int`.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, in the order of the file.
  case object([Member])

  /// One `"key": value` of an object.
  public struct Member: Sendable {
    /// The key, unescaped.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// Makes a member.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value under a key, compared by its UTF-8; nil in anything but an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The members of an object.
  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array.
  public var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// A string.
  public var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  /// A plain integer; never `1.0` or `1e3`.
  public var integer: Int? {
    if case .integer(let integer) = self { integer } else { nil }
  }

  /// Any number.
  public var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  /// `true` or `false`.
  public var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

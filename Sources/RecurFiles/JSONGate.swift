import FoundationEssentials

/// The one way by which JSON from outside enters: a strict check of the bytes, then decoding.
///
/// The check refuses, naming the byte: more bytes than the limit; invalid UTF-8 or a byte order
/// mark; anything outside RFC 8259 (NaN, comments, trailing commas, leading zeros, unescaped control
/// characters); nesting and sizes above the limits; keys that stand twice in an object, compared
/// after unescaping; escapes of lone surrogates. Without it, readers of the same file differ.
public enum JSONGate {
  /// How much is accepted.
  public struct Limits: Sendable {
    /// The most bytes.
    public var byteCount: Int
    /// The deepest nesting of arrays and objects.
    public var depth: Int
    /// The most members of one object or elements of one array.
    public var containerCount: Int
    /// The most values in all.
    public var valueCount: Int

    /// Sets limits.
    public init(
      byteCount: Int, depth: Int, containerCount: Int = .max, valueCount: Int = .max
    ) {
      precondition(byteCount > 0 && (1...512).contains(depth), "\(byteCount) bytes, depth \(depth)")
      self.byteCount = byteCount
      self.depth = depth
      self.containerCount = containerCount
      self.valueCount = valueCount
    }

    /// The header of a safetensors file: 16 MiB, depth 4, 65,536 tensors and their metadata.
    public static let safetensorsHeader = Limits(
      byteCount: 16 << 20, depth: 4, containerCount: 65_537, valueCount: 1_000_000)
    /// A configuration or manifest: 1 MiB, depth 16.
    public static let configuration = Limits(byteCount: 1 << 20, depth: 16)
    /// What a run says of itself, with a list of its files or a confusion matrix: 64 MiB, depth 16, eight
    /// million values, each of which takes many times the bytes that a digit does.
    public static let record = Limits(byteCount: 64 << 20, depth: 16, valueCount: 8_000_000)
    /// A `tokenizer.json`: as much.
    public static let tokenizer = record
    /// One line of JSON Lines: 16 MiB, depth 16.
    public static let line = Limits(byteCount: 16 << 20, depth: 16)
  }

  /// Checks JSON and gives the value as it was written, with exact keys in their order.
  ///
  /// - Throws: `.badData` with the path and the byte.
  public static func value(
    from bytes: [UInt8], limits: Limits, path: String
  ) throws(RecurError) -> JSONValue {
    try scan(bytes, limits: limits, path: path, isForDecoder: false).value
  }

  /// Checks JSON and decodes it.
  ///
  /// Stricter than `JSONDecoder` alone: a field of an integer type takes plain integers only (not
  /// `1.0`, not `1e3`), and keys that Swift holds to be equal (canonically equivalent) count as
  /// written twice. Where keys are data, use `value(from:limits:path:)`.
  ///
  /// - Throws: `.badData` with the path and the byte or the key.
  public static func decode<T: Decodable>(
    _ type: T.Type, from bytes: [UInt8], limits: Limits, path: String
  ) throws(RecurError) -> T {
    let checked = try scan(bytes, limits: limits, path: path, isForDecoder: true)
    let decoder = Decoder(bytes: bytes, path: path, numbers: checked.numbers)
    let decoded = try decoder.decode(type)
    try decoder.requirePlainIntegers(type, loose: checked.looseIntegers)
    return decoded
  }

  /// Encodes with sorted keys, without escaped slashes, with U+2028, U+2029 and DEL escaped.
  ///
  /// - Parameter pretty: with line breaks and a line feed at the end; otherwise one line without.
  /// - Throws: `.badData` for a number that is not finite, naming its key.
  public static func encode(
    _ value: some Encodable, pretty: Bool = true
  ) throws(RecurError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty
      ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
      : [.sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do {
      data = try encoder.encode(value)
    } catch EncodingError.invalidValue(let value, let context) {
      throw RecurError(
        .badData, "\(value) at \(describe(context.codingPath)) cannot be written as JSON",
        hint: "JSON has no number for it; find out where it comes from")
    } catch let error as RecurError {
      throw error
    } catch {
      throw RecurError(.bug, "cannot encode JSON: \(error)", hint: "please report this")
    }
    var output: [UInt8] = []
    output.reserveCapacity(data.count + 1)
    for byte in data {
      if byte == 0x7F {
        output += "\\u007f".utf8
      } else if byte & 0xFE == 0xA8, output.suffix(2).elementsEqual([0xE2, 0x80]) {
        output.removeLast(2)
        output += (byte == 0xA8 ? "\\u2028" : "\\u2029").utf8
      } else {
        output.append(byte)
      }
    }
    if pretty { output.append(UInt8(ascii: "\n")) }
    return output
  }
}

extension JSONGate {
  private typealias Checked = (
    value: JSONValue, numbers: [Range<Int>], looseIntegers: [Range<Int>]
  )

  private static func scan(
    _ bytes: [UInt8], limits: Limits, path: String, isForDecoder: Bool
  ) throws(RecurError) -> Checked {
    if bytes.count > limits.byteCount {
      throw RecurError(
        .badData, "\(bytes.count) bytes of JSON, the limit is \(limits.byteCount)",
        at: .init(path: path), hint: "check that this is the file you mean")
    }
    let result = bytes.withUnsafeBufferPointer {
      (buffer) -> Result<Checked, RecurError> in
      var scanner = JSONScanner(
        bytes: buffer, limits: limits, path: path, isForDecoder: isForDecoder)
      do throws(RecurError) {
        let value = try scanner.document()
        return .success((value, scanner.numbers, scanner.looseIntegers))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  static func describe(_ codingPath: [any CodingKey]) -> String {
    var text = ""
    for key in codingPath {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + DisplayText.escaped(key.stringValue, limit: 80)
      }
    }
    return text.isEmpty ? "the document" : "`\(text)`"
  }
}

/// One linear pass over JSON text that checks everything `JSONGate` promises and builds the value.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let limits: JSONGate.Limits
  let path: String
  /// Whether `JSONDecoder` comes next: then keys that Swift holds to be equal count as the same
  /// key, not only equal bytes, and the numbers are noted.
  let isForDecoder: Bool
  /// Where numbers stand, in rising order.
  private(set) var numbers: [Range<Int>] = []
  /// Where numbers stand that are integral but not spelled as plain integers, in rising order.
  private(set) var looseIntegers: [Range<Int>] = []
  private var position = 0
  private var valueCount = 0

  init(
    bytes: UnsafeBufferPointer<UInt8>, limits: JSONGate.Limits, path: String,
    isForDecoder: Bool
  ) {
    self.bytes = bytes
    self.limits = limits
    self.path = path
    self.isForDecoder = isForDecoder
  }

  mutating func document() throws(RecurError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure("the JSON begins with a byte order mark", at: 0)
    }
    if let offset = UTF8Validation.firstInvalidOffset(in: bytes) {
      throw failure("the JSON is not valid UTF-8", at: offset)
    }
    skipSpace()
    let result = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw failure("there is something after the JSON value") }
    return result
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(RecurError) -> JSONValue {
    valueCount += 1
    if valueCount > limits.valueCount {
      throw failure("more than \(limits.valueCount) JSON values")
    }
    guard let byte = peek() else { throw failure("the JSON ends in the middle") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw failure("no JSON value begins here")
    }
  }

  private mutating func object(depth: Int) throws(RecurError) -> JSONValue {
    try enter(depth)
    var members: [JSONValue.Member] = []
    var keys = KeySet(mergesEquivalent: isForDecoder)
    if take("}") { return .object(members) }
    while true {
      let start = position
      guard peek() == UInt8(ascii: "\"") else { throw failure("a key in quotes is needed here") }
      let key = try string()
      if !keys.insert(key, beside: members) {
        throw failure("the key \"\(DisplayText.escaped(key, limit: 80))\" stands twice", at: start)
      }
      skipSpace()
      guard take(":") else { throw failure("a colon is needed here") }
      if members.count == limits.containerCount {
        throw failure("more than \(limits.containerCount) members in one object")
      }
      members.append(JSONValue.Member(key, try value(depth: depth)))
      skipSpace()
      if take(",") { continue }
      if take("}") { return .object(members) }
      throw failure("a comma or a closing brace is needed here")
    }
  }

  private mutating func array(depth: Int) throws(RecurError) -> JSONValue {
    try enter(depth)
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    while true {
      if elements.count == limits.containerCount {
        throw failure("more than \(limits.containerCount) elements in one array")
      }
      elements.append(try value(depth: depth))
      skipSpace()
      if take(",") { continue }
      if take("]") { return .array(elements) }
      throw failure("a comma or a closing bracket is needed here")
    }
  }

  private mutating func enter(_ depth: Int) throws(RecurError) {
    if depth > limits.depth { throw failure("JSON nested deeper than \(limits.depth)") }
    position += 1
    skipSpace()
  }

  private mutating func word(
    _ text: StaticString, _ value: JSONValue
  ) throws(RecurError) -> JSONValue {
    let length = text.utf8CodeUnitCount
    guard length <= bytes.count - position else { throw failure("no JSON value begins here") }
    for offset in 0..<length where bytes[position + offset] != text.utf8Start[offset] {
      throw failure("no JSON value begins here")
    }
    position += length
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(RecurError) -> JSONValue {
    let start = position
    var plain = true
    if peek() == UInt8(ascii: "-") { position += 1 }
    if peek() == UInt8(ascii: "0") {
      position += 1
      if isDigit(peek()) { throw failure("a number may not begin with 0", at: start) }
    } else {
      try digits()
    }
    if peek() == UInt8(ascii: ".") {
      plain = false
      position += 1
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      plain = false
      position += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    if position - start > 512 { throw failure("a number of more than 512 digits", at: start) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isForDecoder { numbers.append(start..<position) }
    // -0 has a sign that no integer keeps: it is a floating-point number.
    if text == "-0" { plain = false }
    if plain, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw failure("the number is out of range", at: start)
    }
    if isForDecoder, !plain, number.rounded() == number {
      looseIntegers.append(start..<position)
    }
    return .number(number)
  }

  private mutating func digits() throws(RecurError) {
    guard isDigit(peek()) else { throw failure("a digit is needed here") }
    while isDigit(peek()) { position += 1 }
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: Strings

  private mutating func string() throws(RecurError) -> String {
    position += 1
    let start = position
    // Most strings have no escape and are taken as they stand.
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { break }
      if byte < 0x20 { throw failure("a control character in a string must be escaped") }
      position += 1
    }
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        try escape(into: &text)
      case 0..<0x20:
        throw failure("a control character in a string must be escaped")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(RecurError) {
    let start = position
    position += 1
    guard let byte = peek() else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var value = try hexadecimalUnit()
      if (0xD800..<0xDC00).contains(value) {
        guard peek() == UInt8(ascii: "\\") else { throw loneSurrogate(at: start) }
        position += 1
        guard peek() == UInt8(ascii: "u") else { throw loneSurrogate(at: start) }
        position += 1
        let low = try hexadecimalUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw loneSurrogate(at: start) }
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
        throw loneSurrogate(at: start)
      }
      text.append(contentsOf: encoded)
    default: throw failure("this escape does not exist in JSON", at: start)
    }
  }

  private mutating func hexadecimalUnit() throws(RecurError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw failure("four hexadecimal digits are needed here") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private func loneSurrogate(at offset: Int) -> RecurError {
    failure("an escaped surrogate without its other half", at: offset)
  }

  // MARK: Position

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: scalar) else { return false }
    position += 1
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private func failure(_ what: String, at offset: Int? = nil) -> RecurError {
    let offset = offset ?? position
    let line = 1 + bytes.prefix(offset).count { $0 == 0x0A }
    return RecurError(
      .badData, what, at: .init(path: path, line: line, byte: offset),
      hint: "correct or restore the file")
  }
}

/// The keys seen in one object. Few are compared one by one, many by a set.
private struct KeySet {
  let mergesEquivalent: Bool
  private var equivalent: Set<String> = []
  private var exact: Set<ExactKey> = []
  private static let few = 8

  init(mergesEquivalent: Bool) { self.mergesEquivalent = mergesEquivalent }

  mutating func insert(_ key: String, beside members: [JSONValue.Member]) -> Bool {
    if members.count < Self.few {
      return !members.contains {
        mergesEquivalent ? $0.key == key : $0.key.utf8.elementsEqual(key.utf8)
      }
    }
    if mergesEquivalent {
      if members.count == Self.few { equivalent = Set(members.map(\.key)) }
      return equivalent.insert(key).inserted
    }
    if members.count == Self.few { exact = Set(members.map { ExactKey($0.key) }) }
    return exact.insert(ExactKey(key)).inserted
  }
}

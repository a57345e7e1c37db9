import RecurFiles
import Testing

struct JSONGateTests {
  struct Sizes: Codable, Equatable {
    var layers: Int
    var dropout: Double
    var names: [String: Int]?
  }

  private func value(_ text: String) throws(RecurError) -> JSONValue {
    try JSONGate.value(from: Array(text.utf8), limits: .configuration, path: "x.json")
  }

  private func refusal(_ bytes: [UInt8], _ limits: JSONGate.Limits = .configuration) -> RecurError?
  {
    do throws(RecurError) {
      _ = try JSONGate.value(from: bytes, limits: limits, path: "x.json")
      return nil
    } catch {
      return error
    }
  }

  @Test("Values come out as they were written")
  func valuesComeOutAsWritten() throws {
    let text = #" {"b": [1, -2.5e1, true, null], "a": "x\u00e9\ud83d\ude00\/\n", "n": 1.0} "#
    let value = try value(text)
    #expect(value.members?.map(\.key) == ["b", "a", "n"])
    #expect(value["a"]?.string == "xé😀/\n")
    #expect(value["b"]?.elements?.map(\.number) == [1, -25, nil, nil])
    #expect(value["b"]?.elements?[2].bool == true)
    #expect(value["b"]?.elements?[3].isNull == true)
    #expect(value["n"]?.integer == nil)
    #expect(value["n"]?.number == 1)
  }

  @Test(
    "What readers disagree about is refused at its byte",
    arguments: [
      ("", 0), ("  ", 2), ("{", 1), ("[1,]", 3), ("{\"a\":1,}", 7), ("{\"a\" 1}", 5), ("[1 2]", 3),
      ("{a:1}", 1), ("'a'", 0), ("[1]x", 3), ("nul", 0), ("NaN", 0), ("[Infinity]", 1),
      ("01", 0), ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0), ("1e400", 0), ("0x10", 1),
      ("\"\u{1}\"", 1), ("\"a\nb\"", 2), ("\"a", 2), ("\"\\x\"", 1), ("\"\\u12g4\"", 5),
      ("\"\\ud800\"", 1), ("\"\\ud800\\u0041\"", 1), ("\"\\udc00\"", 1), ("\"\\ud800x\"", 1),
      ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("/*c*/1", 0), ("\u{FEFF}1", 0),
    ])
  func refusesAtItsByte(text: String, byte: Int) {
    let error = refusal(Array(text.utf8))
    #expect(error?.kind == .badData)
    #expect(error?.place?.path == "x.json")
    #expect(error?.place?.byte == byte, "\(text): \(String(describing: error))")
  }

  @Test("Lines are counted to the place of an error")
  func linesAreCounted() {
    #expect(refusal(Array("{\n \"a\": 1,\n \"b\": x\n}".utf8))?.place?.line == 3)
  }

  @Test(
    "Invalid UTF-8 is refused at its byte",
    arguments: [
      [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xE2, 0x82], [0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF5, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(bad: [UInt8]) {
    #expect(refusal(Array("\"é".utf8) + bad + Array("\"".utf8))?.place?.byte == 3)
  }

  @Test("Nesting, size and counts have limits")
  func limitsHold() {
    let deep = Array(repeating: UInt8(ascii: "["), count: 100_000)
    #expect(refusal(deep)?.what == "JSON nested deeper than 16")
    let shallow = "[[[[]]]]"
    #expect(refusal(Array(shallow.utf8), .safetensorsHeader) == nil)
    #expect(refusal(Array("[\(shallow)]".utf8), .safetensorsHeader) != nil)
    let limits = JSONGate.Limits(byteCount: 40, depth: 4, containerCount: 3, valueCount: 6)
    #expect(refusal(Array("[1,2,3]".utf8), limits) == nil)
    #expect(refusal(Array("[1,2,3,4]".utf8), limits) != nil)
    #expect(refusal(Array("[[1,2],[3,4]]".utf8), limits) != nil)
    #expect(refusal(Array(String(repeating: " ", count: 41).utf8), limits)?.place?.byte == nil)
  }

  @Test("A key that stands twice is found among many")
  func duplicateAmongMany() {
    let keys = (0..<50).map { "\"k\($0)\":0" } + ["\"k7\":1"]
    let text = "{\(keys.joined(separator: ","))}"
    #expect(refusal(Array(text.utf8))?.what == "the key \"k7\" stands twice")
  }

  @Test("Canonically equivalent keys stay apart in a value and are refused in a dictionary")
  func equivalentKeys() throws {
    let text = "{\"layers\":1,\"dropout\":0,\"names\":{\"\u{E9}\":1,\"e\u{301}\":2}}"
    let value = try value(text)
    #expect(value["names"]?["\u{E9}"]?.integer == 1)
    #expect(value["names"]?["e\u{301}"]?.integer == 2)
    #expect(throws: RecurError.self) {
      try JSONGate.decode(Sizes.self, from: Array(text.utf8), limits: .configuration, path: "x")
    }
  }

  @Test("An integer field takes plain integers only, a floating-point field takes all")
  func plainIntegersOnly() throws {
    func decode(_ layers: String, _ dropout: String) throws(RecurError) -> Sizes {
      let text = "{\"layers\":\(layers),\"dropout\":\(dropout)}"
      return try JSONGate.decode(
        Sizes.self, from: Array(text.utf8), limits: .configuration, path: "c.json")
    }
    #expect(try decode("3", "1.0") == Sizes(layers: 3, dropout: 1))
    #expect(try decode("0", "-0") == Sizes(layers: 0, dropout: 0))
    #expect(try decode("2", "1e3") == Sizes(layers: 2, dropout: 1000))
    #expect(try decode("2", "1e300") == Sizes(layers: 2, dropout: 1e300))
    for spelling in [
      "1.0", "1e0", "1E2", "10e-1", "0.0", "-0", "-0.0", "1e16", "1.5", "12345678901234567890",
    ] {
      let error = #expect(throws: RecurError.self) { try decode(spelling, "0.5") }
      #expect(error?.kind == .badData, "\(spelling)")
      #expect(error?.what == "the number \(spelling) does not fit its field")
      #expect(error?.place?.byte == 10)
    }
  }

  @Test("A wrong type, a null and a missing key are named")
  func decodingErrorsName() {
    func what(_ text: String) -> String? {
      do throws(RecurError) {
        _ = try JSONGate.decode(
          Sizes.self, from: Array(text.utf8), limits: .configuration, path: "c.json")
        return nil
      } catch {
        return error.what
      }
    }
    #expect(what(#"{"layers":"12","dropout":0}"#) == "`layers`: this is not a plain integer")
    #expect(what(#"{"dropout":0}"#) == "`layers`: it is missing")
    #expect(what(#"{"layers":null,"dropout":0}"#)?.hasPrefix("`layers`: ") == true)
    #expect(what("[]")?.hasPrefix("the document: ") == true)
  }

  @Test("Encoding sorts keys, leaves slashes and escapes the line separators")
  func encoding() throws {
    let value = ["b/": "x\u{2028}\u{2029}\u{7F}é‧€", "a": "1"]
    let bytes = try JSONGate.encode(value, pretty: false)
    #expect(
      String(decoding: bytes, as: UTF8.self) == #"{"a":"1","b/":"x\u2028\u2029\u007fé‧€"}"#)
    let back = try JSONGate.decode(
      [String: String].self, from: bytes, limits: .configuration, path: "x")
    #expect(back == value)
    #expect(try JSONGate.encode(value).last == UInt8(ascii: "\n"))
    let error = #expect(throws: RecurError.self) { try JSONGate.encode(["loss": Double.nan]) }
    #expect(error?.what == "nan at `loss` cannot be written as JSON")
  }

  @Test("A value is written in its own order and read back the same")
  func valueRoundTrip() throws {
    let value = JSONValue.object([
      .init("z", .array([.integer(-1), .number(0.1), .null, .bool(false), .array([])])),
      .init("a\"\\\u{1}\u{2028}", .string("é\u{0}😀\t\u{8}\u{C}")), .init("e", .object([])),
    ])
    for pretty in [false, true] {
      let bytes = value.encoded(pretty: pretty)
      let back = try JSONGate.value(from: bytes, limits: .configuration, path: "x")
      #expect(back.encoded() == value.encoded())
    }
    #expect(
      String(decoding: value.encoded(), as: UTF8.self)
        == #"{"z":[-1,0.1,null,false,[]],"a\"\\\u0001\u2028":"é\u0000😀\t\b\f","e":{}}"#)
  }
}

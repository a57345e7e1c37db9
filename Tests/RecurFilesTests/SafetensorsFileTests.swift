import Glibc
import RecurFiles
import TestSupport
import Testing

struct SafetensorsFileTests {
  /// A file from the text of its header and the number of its data bytes.
  static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static func tensor(
    _ name: String, _ dtype: String = "F32", _ shape: String = "[1]", _ offsets: String = "[0,4]"
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static func refusal(
    _ bytes: [UInt8], _ limits: SafetensorsFile.Limits = .init()
  ) -> RecurError? {
    do throws(RecurError) {
      _ = try SafetensorsFile(bytes: bytes, path: "m", limits: limits)
      return nil
    } catch {
      return error
    }
  }

  private static let long = String(repeating: "n", count: 1024)

  @Test(
    "What the format allows is accepted",
    arguments: [
      (file("{}"), []),
      (file(" {}"), []),
      (file("\t\n {} \r\n"), []),
      (file("{}     "), []),
      (file("{\"__metadata__\":{\"a\":\"b\"}}"), []),
      (file("{\"__metadata__\":null}"), []),
      (file("{\(tensor("a", "F32", "[0,5]", "[0,0]"))}"), ["a"]),
      (file("{\(tensor("a", "F32", "[]"))}", data: 4), ["a"]),
      (file("{\(tensor(""))}", data: 4), [""]),
      (file("{\(tensor("../x\\u0000/y"))}", data: 4), ["../x\0/y"]),
      (file("{\(tensor(long))}", data: 4), [long]),
      (
        file("{\"a\":{\"x\":[1],\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"F32\"}}", data: 4),
        ["a"]
      ),
      (file("{\(tensor("b", "F32", "[1]", "[4,8]")),\(tensor("a"))}", data: 8), ["a", "b"]),
      (file("{\(tensor("z", "F32", "[0]", "[4,4]")),\(tensor("a"))}", data: 4), ["a", "z"]),
      (file("{\(tensor("a", "F4", "[2,3]", "[0,3]"))}", data: 3), ["a"]),
      (file("{\(tensor("a", "F32", "[1,1,1,1,1,1,1,1]"))}", data: 4), ["a"]),
      (
        file("{\(tensor("\u{E9}")),\(tensor("e\u{301}", "F32", "[1]", "[4,8]"))}", data: 8),
        ["\u{E9}", "e\u{301}"]
      ),
    ] as [([UInt8], [String])])
  func accepts(bytes: [UInt8], names: [String]) throws {
    let file = try SafetensorsFile(bytes: bytes)
    #expect(file.names.map { Array($0.utf8) } == names.map { Array($0.utf8) })
  }

  @Test(
    "What the format forbids is refused",
    arguments: [
      ("no bytes", []),
      ("seven bytes", [0, 0, 0, 0, 0, 0, 0]),
      ("no header", file("")),
      ("no object", file("[]")),
      ("a tensor that is none", file("{\"a\":null}")),
      ("a tensor as a list", file("{\"a\":[\"F32\",[1],[0,4]]}", data: 4)),
      ("byte order mark", file("\u{FEFF}{}")),
      ("trailing NUL", file("{}\0")),
      ("something behind", file("{}x")),
      ("tensor twice", file("{\(tensor("a")),\(tensor("a", "F32", "[1]", "[4,8]"))}", data: 8)),
      (
        "tensor twice by escape",
        file("{\(tensor("a")),\(tensor("\\u0061", "F32", "[1]", "[4,8]"))}", data: 8)
      ),
      (
        "field twice",
        file(
          "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],"
            + "\"data_offsets\":[0,4]}}", data: 4)
      ),
      ("metadata twice", file("{\"__metadata__\":{},\"__metadata__\":{}}")),
      ("metadata key twice", file("{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}")),
      ("metadata that is a number", file("{\"__metadata__\":{\"a\":1}}")),
      ("metadata that is a list", file("{\"__metadata__\":[]}")),
      ("hole at the start", file("{\(tensor("a", "F32", "[1]", "[4,8]"))}", data: 8)),
      ("hole between", file("{\(tensor("a")),\(tensor("b", "F32", "[1]", "[8,12]"))}", data: 12)),
      ("overlap", file("{\(tensor("a")),\(tensor("b", "F32", "[1]", "[2,6]"))}", data: 6)),
      ("the same bytes", file("{\(tensor("a")),\(tensor("b"))}", data: 4)),
      ("trailing data", file("{\(tensor("a"))}", data: 5)),
      ("data without tensors", file("{}", data: 1)),
      ("missing data", file("{\(tensor("a"))}", data: 3)),
      ("negative size", file("{\(tensor("a", "F32", "[-1]", "[0,4]"))}", data: 4)),
      ("fractional size", file("{\(tensor("a", "F32", "[1.0]", "[0,4]"))}", data: 4)),
      ("size with an exponent", file("{\(tensor("a", "F32", "[1e0]", "[0,4]"))}", data: 4)),
      ("size as text", file("{\(tensor("a", "F32", "[\"1\"]", "[0,4]"))}", data: 4)),
      (
        "overflowing size",
        file("{\(tensor("a", "F32", "[9223372036854775807]", "[0,4]"))}", data: 4)
      ),
      ("size beyond 64 bits", file("{\(tensor("a", "F32", "[18446744073709551617]"))}", data: 4)),
      ("overflowing product", file("{\(tensor("a", "F32", "[4294967296,4294967296]"))}", data: 4)),
      (
        "overflow before a zero",
        file("{\(tensor("a", "F32", "[4611686018427387904,4,0]", "[0,0]"))}")
      ),
      ("wrong length", file("{\(tensor("a", "F32", "[2]"))}", data: 4)),
      ("backward offsets", file("{\(tensor("a", "F32", "[0]", "[4,0]"))}", data: 4)),
      ("minus zero", file("{\(tensor("a", "F32", "[0]", "[-0,0]"))}")),
      ("negative offset", file("{\(tensor("a", "F32", "[1]", "[-4,0]"))}", data: 4)),
      ("three offsets", file("{\(tensor("a", "F32", "[1]", "[0,4,4]"))}", data: 4)),
      ("one offset", file("{\(tensor("a", "F32", "[1]", "[4]"))}", data: 4)),
      ("lower-case dtype", file("{\(tensor("a", "f32"))}", data: 4)),
      ("unknown dtype", file("{\(tensor("a", "F33"))}", data: 4)),
      ("half a byte", file("{\(tensor("a", "F4", "[3]", "[0,1]"))}", data: 1)),
      ("missing dtype", file("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4)),
      ("missing shape", file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", data: 4)),
      ("missing offsets", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", data: 4)),
      ("NaN", file("{\(tensor("a", "F32", "[NaN]"))}", data: 4)),
      ("lone surrogate", file("{\(tensor("\\ud800"))}", data: 4)),
      ("invalid UTF-8", [2, 0, 0, 0, 0, 0, 0, 0, 0x22, 0xFF]),
      ("deep", file(String(repeating: "[", count: 100_000))),
      ("five levels", file("{\"a\":{\"x\":[[[1]]]}}")),
      ("long name", file("{\(tensor(long + "n"))}", data: 4)),
      ("nine dimensions", file("{\(tensor("a", "F32", "[1,1,1,1,1,1,1,1,1]"))}", data: 4)),
    ] as [(String, [UInt8])])
  func refuses(what: String, bytes: [UInt8]) {
    let error = Self.refusal(bytes)
    #expect(error?.kind == .badData)
    #expect(error?.place?.path == "m")
  }

  @Test(
    "A length that cannot be is refused before anything is reserved",
    arguments: [0, 1, 7, 33, 100_000_001, 1 << 62, 1 << 63, .max] as [UInt64])
  func impossibleLengths(length: UInt64) {
    #expect(Self.refusal(Self.file("{}                       ", length: length))?.kind == .badData)
  }

  @Test("A header above the limit is refused by its length alone")
  func headerAboveLimit() throws {
    let folder = TemporaryFolder()
    // 100 MB that are never read: the file is sparse.
    let path = folder.file("m", Self.file("{", length: 100_000_000))
    #expect(truncate(path, 100_000_008) == 0)
    let error = #expect(throws: RecurError.self) { try SafetensorsFile(contentsOf: path) }
    #expect(error?.what == "a header of 100000000 bytes, the limit is 16777216")
  }

  @Test("Unknown fields are refused when asked, tensors are counted")
  func limits() {
    var limits = SafetensorsFile.Limits()
    limits.refusesUnknownFields = true
    let extra = "{\"a\":{\"x\":1,\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    #expect(Self.refusal(Self.file(extra, data: 4), limits)?.what.contains("\"x\"") == true)
    limits.tensorCount = 2
    let tensors = ["a", "b", "c"].map { Self.tensor($0, "F32", "[0]", "[0,0]") }
    let two = "{\"__metadata__\":{},\(tensors[0]),\(tensors[1])}"
    #expect(Self.refusal(Self.file(two), limits) == nil)
    #expect(Self.refusal(Self.file("{\(tensors.joined(separator: ","))}"), limits) != nil)
  }

  @Test("Other formats and missing files are named")
  func otherFormats() throws {
    let folder = TemporaryFolder()
    func what(_ path: String) -> String? {
      do throws(RecurError) {
        _ = try SafetensorsFile(contentsOf: path)
        return nil
      } catch {
        return error.what
      }
    }
    #expect(
      what(folder.file("p", [0x80, 2, 0x7D, 0x71, 0, 0x2E, 0, 0, 0]))?.contains("pickle") == true)
    #expect(what(folder.file("z", Array("PK\u{3}\u{4}0000000000".utf8)))?.contains("zip") == true)
    #expect(
      what(folder.file("h", [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0]))?.contains("HDF5") == true)
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    #expect(what(folder.file("l", pointer.utf8))?.contains("LFS") == true)
    #expect(what(folder.file("e", []))?.contains("empty") == true)
    #expect(what(folder.path)?.contains("directory") == true)
    #expect(what("/dev/zero")?.contains("device") == true)
    #expect(what(folder("none"))?.contains("no such file") == true)
  }

  @Test("Every truncation of a file is refused")
  func everyTruncation() {
    let bytes = Self.small
    #expect(Self.refusal(bytes) == nil)
    for count in 0..<bytes.count {
      #expect(Self.refusal(Array(bytes[..<count]))?.kind == .badData, "cut at \(count)")
    }
  }

  @Test("Every flipped bit of a header is refused or changes no meaning but what it says")
  func everyBitFlip() throws {
    let bytes = Self.small
    let original = try SafetensorsFile(bytes: bytes)
    let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var refused = 0
    for bit in 0..<(8 * headerEnd) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      guard Self.refusal(flipped) == nil else {
        refused += 1
        continue
      }
      // What is still a file has the same bytes under other words (a name, metadata, a dtype or a
      // shape of the same size), never other bytes.
      let file = try SafetensorsFile(bytes: flipped)
      #expect(file.records.map(\.byteCount).reduce(0, +) == bytes.count - headerEnd)
      for (record, before) in zip(file.records, original.records) {
        #expect(record.byteCount == before.byteCount)
        #expect(record.byteRange == before.byteRange)
      }
    }
    #expect(refused > 6 * headerEnd)
  }

  @Test("A file that shrinks after it was opened gives an error")
  func shrinkingFile() throws {
    let folder = TemporaryFolder()
    let path = folder.file("m", Self.small)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(truncate(path, 100) == 0)
    let error = #expect(throws: RecurError.self) { try file.floats(named: "weight") }
    #expect(error?.kind == .inputOutput)
  }

  @Test("A file that is replaced after it was opened is read on as it was")
  func replacedFile() throws {
    let folder = TemporaryFolder()
    let path = folder.file("m", Self.small)
    let file = try SafetensorsFile(contentsOf: path)
    try SafetensorsFile.write([.init("weight", shape: [1], floats: [7])], to: path)
    #expect(try file.floats(named: "weight") == [1, -2, 0.5, 3, -0.0, 0x1p-140])
    #expect(try SafetensorsFile(contentsOf: path).floats(named: "weight") == [7])
  }

  @Test("Sixteen mebibytes of the smallest tensors are refused by count, not by memory")
  func millionsOfTensors() {
    var header: [UInt8] = [UInt8(ascii: "{")]
    for index in 0..<200_000 { header += "\"\(index)\":{},".utf8 }
    let bytes = Self.file(String(decoding: header, as: UTF8.self))
    #expect(Self.refusal(bytes)?.what == "more than 65537 members in one object")
  }

  static let small = SafetensorsFile.encode([
    .init("weight", shape: [2, 3], floats: [1, -2, 0.5, 3, -0.0, 0x1p-140]),
    .init("bias", shape: [2], doubles: [0.1, -3e300]),
    .init("step", shape: [], integers: [1 << 40]),
    .init("half", dtype: .f16, shape: [2], bytes: [0, 0x3C, 0, 0xC0]),
  ])
}

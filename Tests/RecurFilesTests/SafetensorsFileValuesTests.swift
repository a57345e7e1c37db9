import RecurFiles
import TestSupport
import Testing

struct SafetensorsFileValuesTests {
  private func file(_ tensors: [SafetensorsFile.Tensor]) throws(RecurError) -> SafetensorsFile {
    try SafetensorsFile(bytes: SafetensorsFile.encode(tensors), path: "m")
  }

  @Test("Values come back bit for bit, from memory and from a file")
  func roundTrip() throws {
    let floats: [Float] = [1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, -1.5]
    let doubles: [Double] = [0.1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let integers: [Int64] = [.min, -1, 0, .max]
    let tensors: [SafetensorsFile.Tensor] = [
      .init("f", shape: [2, 3], floats: floats), .init("d", shape: [4], doubles: doubles),
      .init("i", shape: [2, 2], integers: integers), .init("none", shape: [0, 7], floats: []),
    ]
    let folder = TemporaryFolder()
    try SafetensorsFile.write(tensors, metadata: ["format": "pt", "é": "\n"], to: folder("m"))
    #expect(folder.contents == ["m"])
    for file in [try file(tensors), try SafetensorsFile(contentsOf: folder("m"))] {
      #expect(try file.floats(named: "f").map(\.bitPattern) == floats.map(\.bitPattern))
      #expect(try file.doubles(named: "d").map(\.bitPattern) == doubles.map(\.bitPattern))
      #expect(try file.doubles(named: "f") == floats.map { Double($0) })
      #expect(try file.integers(named: "i") == integers)
      #expect(try file.floats(named: "none") == [])
      #expect(file.record(named: "f")?.shape == [2, 3])
      #expect(file.record(named: "none")?.shape == [0, 7])
      #expect(file.metadata["format"] == "pt")
    }
    #expect(try SafetensorsFile(contentsOf: folder("m")).metadata["é"] == "\n")
  }

  @Test("Doubles are rounded to Float, and refused where they do not fit")
  func doublesAsFloats() throws {
    let file = try file([
      .init("a", shape: [2], doubles: [0.1, 1e-50]), .init("b", shape: [2], doubles: [0, 1e300]),
    ])
    #expect(try file.floats(named: "a") == [0.1, 0])
    let error = #expect(throws: RecurError.self) { try file.floats(named: "b") }
    #expect(error?.what == "tensor \"b\" is inf at element 1")
  }

  @Test("Halves and bfloat16 become the floats they stand for")
  func halves() throws {
    // 1, -2, 65504, 2^-24, -0, 2^-14, 1023 * 2^-24
    let halves: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8000, 0x0400, 0x03FF]
    let brains: [UInt16] = [0x3F80, 0xC000, 0x3DCC]
    func bytes(_ words: [UInt16]) -> [UInt8] {
      words.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    }
    let file = try file([
      .init("h", dtype: .f16, shape: [7], bytes: bytes(halves)),
      .init("b", dtype: .bf16, shape: [3], bytes: bytes(brains)),
      .init("nan", dtype: .f16, shape: [3], bytes: bytes([0x7E00, 0x7C00, 0xFC00])),
    ])
    let expected: [Float] = [1, -2, 65504, 0x1p-24, -0.0, 0x1p-14, 1023 * 0x1p-24]
    #expect(try file.floats(named: "h").map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(try file.floats(named: "b") == [1, -2, 0.099609375])
    let special = try file.floats(named: "nan", allowingNonFinite: true)
    #expect(special[0].isNaN && special[1] == .infinity && special[2] == -.infinity)
  }

  @Test(
    "A value that is not finite is refused with tensor and element, unless allowed",
    arguments: [Float.nan, .infinity, -.infinity, -.signalingNaN])
  func nonFinite(value: Float) throws {
    let file = try file([
      .init("a.weight", shape: [2, 2], floats: [0, .leastNonzeroMagnitude, value, value]),
      .init("a.double", shape: [1], doubles: [Double(value)]),
    ])
    let error = #expect(throws: RecurError.self) { try file.floats(named: "a.weight") }
    #expect(error?.kind == .badData)
    #expect(error?.what.hasPrefix("tensor \"a.weight\" is ") == true)
    #expect(error?.what.hasSuffix(" at element 2") == true)
    #expect(throws: RecurError.self) { try file.doubles(named: "a.double") }
    #expect(try file.floats(named: "a.weight", allowingNonFinite: true).count == 4)
    #expect(try file.doubles(named: "a.double", allowingNonFinite: true).count == 1)
  }

  @Test("A missing tensor is named with the nearest one, a wrong dtype is named")
  func wrongTensor() throws {
    let file = try file([
      .init("rnn.weight_ih_l0", shape: [1], floats: [1]), .init("n", shape: [1], integers: [1]),
    ])
    let missing = #expect(throws: RecurError.self) { try file.floats(named: "rnn.weight_ih_l1") }
    #expect(missing?.hint == "did you mean \"rnn.weight_ih_l0\"?")
    #expect(throws: RecurError.self) { try file.floats(named: "n") }
    #expect(throws: RecurError.self) { try file.integers(named: "rnn.weight_ih_l0") }
    #expect(try file.bytes(named: "n") == [1, 0, 0, 0, 0, 0, 0, 0])
  }
}

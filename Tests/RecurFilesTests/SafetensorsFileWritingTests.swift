import Glibc
import RecurFiles
import Synchronization
import TestSupport
import Testing

struct SafetensorsFileWritingTests {
  /// As `safetensors` 0.8.0 writes it: `safetensors.numpy.save` of "b.w" arange(6) as float32 (2, 3),
  /// "a" [1.5] as float64, "é/\n" zeros (0, 5), "s" 2 as a float32 scalar, "h" [1, -2] as
  /// float16, with metadata {"format": "pt"}.
  private static let reference =
    "40010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c"
    + "2261223a7b226474797065223a22463634222c227368617065223a5b315d2c22646174615f6f6666"
    + "73657473223a5b302c385d7d2c22622e77223a7b226474797065223a22463332222c227368617065"
    + "223a5b322c335d2c22646174615f6f666673657473223a5b382c33325d7d2c2273223a7b22647479"
    + "7065223a22463332222c227368617065223a5b5d2c22646174615f6f666673657473223a5b33322c"
    + "33365d7d2c22c3a92f5c6e223a7b226474797065223a22463332222c227368617065223a5b302c35"
    + "5d2c22646174615f6f666673657473223a5b33362c33365d7d2c2268223a7b226474797065223a22"
    + "463136222c227368617065223a5b325d2c22646174615f6f666673657473223a5b33362c34305d7d"
    + "7d20202020202020000000000000f83f000000000000803f0000004000004040000080400000a040"
    + "00000040003c00c0"

  @Test("The bytes are those of the reference writer")
  func equalsReference() {
    let bytes = SafetensorsFile.encode([
      .init("h", dtype: .f16, shape: [2], bytes: [0, 0x3C, 0, 0xC0]),
      .init("é/\n", shape: [0, 5], floats: []), .init("s", shape: [], floats: [2]),
      .init("b.w", shape: [2, 3], floats: [0, 1, 2, 3, 4, 5]),
      .init("a", shape: [1], doubles: [1.5]),
    ])
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    #expect(String(decoding: text, as: UTF8.self) == Self.reference)
  }

  @Test("The header is padded to a multiple of eight for every length of a name")
  func padding() throws {
    for count in 0..<17 {
      let name = String(repeating: "x", count: count)
      let bytes = SafetensorsFile.encode([.init(name, shape: [1], floats: [1])], metadata: [:])
      #expect(bytes[0] % 8 == 0)
      #expect(try SafetensorsFile(bytes: bytes).names == [name])
    }
  }

  @Test("An older file survives a disk that fills at any write")
  func fullDisk() throws {
    let folder = TemporaryFolder()
    let tensors = (0..<3).map { index in
      SafetensorsFile.Tensor("t\(index)", shape: [100], floats: .init(repeating: 1, count: 100))
    }
    try SafetensorsFile.write([.init("old", shape: [1], floats: [9])], to: folder("m"))
    for failing in 0..<4 {
      let writes = Mutex(0)
      let error = #expect(throws: RecurError.self) {
        try SystemFault.$decide.withValue({ call in
          guard call == .write else { return nil }
          return writes.withLock { count in
            count += 1
            return count > failing ? .error(ENOSPC) : nil
          }
        }) {
          try SafetensorsFile.write(tensors, to: folder("m"))
        }
      }
      #expect(error?.what == "cannot write: No space left on device")
      #expect(error?.place?.path == folder("m"))
      #expect(folder.contents == ["m"])
      #expect(try SafetensorsFile(contentsOf: folder("m")).floats(named: "old") == [9])
    }
  }
}

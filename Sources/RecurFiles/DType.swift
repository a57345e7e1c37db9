/// The element types of a safetensors file, in the format's own order of rising alignment.
public enum DType: String, Sendable, CaseIterable, Comparable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Microscaling 4-bit float, two in a byte.
  case f4 = "F4"
  /// Microscaling 6-bit float, 2 exponent and 3 fraction bits.
  case f6E2M3 = "F6_E2M3"
  /// Microscaling 6-bit float, 3 exponent and 2 fraction bits.
  case f6E3M2 = "F6_E3M2"
  /// 8-bit unsigned integer.
  case u8 = "U8"
  /// 8-bit signed integer.
  case i8 = "I8"
  /// 8-bit float, 5 exponent and 2 fraction bits.
  case f8E5M2 = "F8_E5M2"
  /// 8-bit float, 4 exponent and 3 fraction bits.
  case f8E4M3 = "F8_E4M3"
  /// 8-bit float, exponent only.
  case f8E8M0 = "F8_E8M0"
  /// 8-bit float, 4 exponent and 3 fraction bits, without a negative zero.
  case f8E4M3FNUZ = "F8_E4M3FNUZ"
  /// 8-bit float, 5 exponent and 2 fraction bits, without a negative zero.
  case f8E5M2FNUZ = "F8_E5M2FNUZ"
  /// 16-bit signed integer.
  case i16 = "I16"
  /// 16-bit unsigned integer.
  case u16 = "U16"
  /// 16-bit IEEE float.
  case f16 = "F16"
  /// The upper half of a 32-bit float.
  case bf16 = "BF16"
  /// 32-bit signed integer.
  case i32 = "I32"
  /// 32-bit unsigned integer.
  case u32 = "U32"
  /// 32-bit IEEE float.
  case f32 = "F32"
  /// Complex number of two 32-bit floats.
  case c64 = "C64"
  /// 64-bit IEEE float.
  case f64 = "F64"
  /// 64-bit signed integer.
  case i64 = "I64"
  /// 64-bit unsigned integer.
  case u64 = "U64"

  /// The size of one element in bits.
  public var bitCount: Int {
    switch self {
    case .f4: 4
    case .f6E2M3, .f6E3M2: 6
    case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    }
  }

  /// Orders by the format's own order.
  public static func < (left: DType, right: DType) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

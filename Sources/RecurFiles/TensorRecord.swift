/// What a safetensors file says about one tensor.
public struct TensorRecord: Sendable, Equatable {
  /// Its name, exactly as stored. It may contain anything and is never used as a path.
  public let name: String
  /// The type of its elements.
  public let dtype: DType
  /// Its sizes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Where its bytes stand, from the start of the data.
  public let byteRange: Range<Int>

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  /// The number of bytes.
  public var byteCount: Int { byteRange.count }
}

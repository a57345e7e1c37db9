extension SafetensorsFile {
  /// One tensor to be written. The elements are shared with the caller's array, not copied.
  public struct Tensor: Sendable {
    /// Its name.
    public let name: String
    /// The type of its elements.
    public let dtype: DType
    /// Its sizes, outermost first.
    public let shape: [Int]
    let byteCount: Int
    let withBytes: @Sendable (_ body: (UnsafeRawBufferPointer) -> Void) -> Void

    /// A tensor of `Float` (F32).
    ///
    /// - Precondition: as many elements as the shape says.
    public init(_ name: String, shape: [Int], floats: [Float]) {
      self.init(name, .f32, shape, floats)
    }

    /// A tensor of `Double` (F64).
    ///
    /// - Precondition: as many elements as the shape says.
    public init(_ name: String, shape: [Int], doubles: [Double]) {
      self.init(name, .f64, shape, doubles)
    }

    /// A tensor of `Int64` (I64).
    ///
    /// - Precondition: as many elements as the shape says.
    public init(_ name: String, shape: [Int], integers: [Int64]) {
      self.init(name, .i64, shape, integers)
    }

    /// A tensor of `UInt32` (U32).
    ///
    /// - Precondition: as many elements as the shape says.
    public init(_ name: String, shape: [Int], words: [UInt32]) {
      self.init(name, .u32, shape, words)
    }

    /// A tensor of any type from its little-endian, row-major bytes.
    ///
    /// - Precondition: as many bytes as dtype and shape say.
    public init(_ name: String, dtype: DType, shape: [Int], bytes: [UInt8]) {
      self.init(name, dtype, shape, bytes)
    }

    private init(
      _ name: String, _ dtype: DType, _ shape: [Int], _ elements: [some BitwiseCopyable & Sendable]
    ) {
      self.name = name
      self.dtype = dtype
      self.shape = shape
      byteCount = elements.withUnsafeBytes(\.count)
      let bits = shape.reduce(dtype.bitCount, *)
      precondition(
        bits == 8 * byteCount,
        "tensor \(name): \(byteCount) bytes for \(dtype.rawValue) of shape \(shape)")
      withBytes = { body in elements.withUnsafeBytes(body) }
    }
  }

  /// The metadata that PyTorch's loaders ask for.
  public static let standardMetadata = ["format": "pt"]

  /// Writes tensors as the reference writer does: by falling alignment of dtype, then by name,
  /// the header padded to a multiple of 8. The file replaces an older one atomically, and the
  /// data is never copied.
  ///
  /// - Precondition: no name twice, none longer than 1,024 bytes, no rank above 8.
  /// - Throws: what `AtomicFile` throws.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String] = standardMetadata, to path: String
  ) throws(RecurError) {
    try AtomicFile.write(to: path) { (file: OutputFile) throws(RecurError) in
      try write(tensors, metadata: metadata, to: file)
    }
  }

  /// Appends the same bytes to a file that is being written.
  ///
  /// - Throws: `.inputOutput` or `.noPermission`.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String] = standardMetadata, to file: OutputFile
  ) throws(RecurError) {
    let (header, ordered) = layOut(tensors, metadata)
    try file.append(header)
    for tensor in ordered {
      var failure: RecurError?
      tensor.withBytes { bytes in
        do throws(RecurError) { try file.append(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// The same bytes in memory.
  public static func encode(
    _ tensors: [Tensor], metadata: [String: String] = standardMetadata
  ) -> [UInt8] {
    let (header, ordered) = layOut(tensors, metadata)
    var output = header
    output.reserveCapacity(ordered.reduce(header.count) { $0 + $1.byteCount })
    for tensor in ordered { tensor.withBytes { output.append(contentsOf: $0) } }
    return output
  }

  private static func layOut(
    _ tensors: [Tensor], _ metadata: [String: String]
  ) -> (header: [UInt8], ordered: [Tensor]) {
    let limits = Limits()
    let ordered = tensors.sorted {
      $0.dtype == $1.dtype
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.dtype > $1.dtype
    }
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(
        .init("__metadata__", .object(entries.map { .init($0.key, .string($0.value)) })))
    }
    var offset = 0
    var seen: Set<ExactKey> = ["__metadata__"].reduce(into: []) { $0.insert(ExactKey($1)) }
    for tensor in ordered {
      precondition(seen.insert(ExactKey(tensor.name)).inserted, "two tensors named \(tensor.name)")
      precondition(
        tensor.name.utf8.count <= limits.nameByteCount && tensor.shape.count <= limits.rank,
        "tensor \(tensor.name) of shape \(tensor.shape) could not be read again")
      let end = offset + tensor.byteCount
      members.append(
        .init(
          tensor.name,
          .object([
            .init("dtype", .string(tensor.dtype.rawValue)),
            .init("shape", .array(tensor.shape.map { .integer($0) })),
            .init("data_offsets", .array([.integer(offset), .integer(end)])),
          ])))
      offset = end
    }
    var json = JSONValue.object(members).encoded()
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    let length = UInt64(json.count)
    return ((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json, ordered)
  }
}

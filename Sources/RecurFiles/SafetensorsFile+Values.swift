extension SafetensorsFile {
  /// The elements of a tensor as `Float`: F32 as it is, F16 and BF16 exactly, F64 rounded.
  ///
  /// - Parameter allowingNonFinite: whether NaN and infinities are an answer instead of an error.
  /// - Throws: `.badData` naming tensor and element for a value that is not finite (or too large
  ///   for `Float`), and for another dtype or a missing tensor.
  public func floats(
    named name: String, allowingNonFinite: Bool = false
  ) throws(RecurError) -> [Float] {
    let record = try require(name)
    var values = [Float](repeating: 0, count: record.count)
    try values.withUnsafeMutableBytesThrowing { (buffer) throws(RecurError) in
      try read(
        named: name, into: buffer.bindMemory(to: Float.self), allowingNonFinite: allowingNonFinite)
    }
    return values
  }

  /// Reads the elements of a tensor as `floats(named:allowingNonFinite:)` does, F32 straight from the file.
  ///
  /// - Parameters:
  ///   - name: The tensor's.
  ///   - target: Memory for as many elements as the tensor has.
  ///   - allowingNonFinite: Whether NaN and infinities are an answer instead of an error.
  /// - Throws: As `floats(named:allowingNonFinite:)`; the memory then holds anything.
  public func read(
    named name: String, into target: UnsafeMutableBufferPointer<Float>,
    allowingNonFinite: Bool = false
  ) throws(RecurError) {
    let record = try require(name)
    precondition(
      target.count == record.count, "\(target.count) places for \(record.count) elements")
    switch record.dtype {
    case .f32: try fill(UnsafeMutableRawBufferPointer(target), with: record)
    case .f64:
      _ = target.update(fromContentsOf: try elements(of: record, repeating: 0.0).map { Float($0) })
    case .f16:
      _ = target.update(
        fromContentsOf: try elements(of: record, repeating: UInt16(0)).map { Self.half($0) })
    case .bf16:
      _ = target.update(
        fromContentsOf: try elements(of: record, repeating: UInt16(0))
          .map { Float(bitPattern: UInt32($0) << 16) })
    default: throw notReadable(record)
    }
    if allowingNonFinite { return }
    // Without a way out, so that many elements are looked at together.
    let greatest = target.reduce(0) { max($0, $1.bitPattern & 0x7FFF_FFFF) }
    if greatest < Float.infinity.bitPattern { return }
    try refuseNonFinite(target.firstIndex { !$0.isFinite }.map { ($0, "\(target[$0])") }, record)
  }

  /// The elements of a tensor as `Double`, all exactly: F64, F32, F16 and BF16.
  ///
  /// - Parameter allowingNonFinite: whether NaN and infinities are an answer instead of an error.
  /// - Throws: `.badData` naming tensor and element for a value that is not finite, and for another
  ///   dtype or a missing tensor.
  public func doubles(
    named name: String, allowingNonFinite: Bool = false
  ) throws(RecurError) -> [Double] {
    let record = try require(name)
    guard record.dtype == .f64 else {
      return try floats(named: name, allowingNonFinite: allowingNonFinite).map { Double($0) }
    }
    let values = try elements(of: record, repeating: Double(0))
    if !allowingNonFinite {
      try refuseNonFinite(values.firstIndex { !$0.isFinite }.map { ($0, "\(values[$0])") }, record)
    }
    return values
  }

  /// The elements of an I64 tensor.
  ///
  /// - Throws: `.badData` for another dtype or a missing tensor.
  public func integers(named name: String) throws(RecurError) -> [Int64] {
    let record = try require(name)
    guard record.dtype == .i64 else { throw notReadable(record) }
    return try elements(of: record, repeating: Int64(0)).map { Int64(littleEndian: $0) }
  }

  /// The elements of a U32 tensor.
  ///
  /// - Throws: `.badData` for another dtype or a missing tensor.
  public func words(named name: String) throws(RecurError) -> [UInt32] {
    let record = try require(name)
    guard record.dtype == .u32 else { throw notReadable(record) }
    return try elements(of: record, repeating: UInt32(0)).map { UInt32(littleEndian: $0) }
  }

  /// The elements as they are in the file, read straight into an array.
  private func elements<Element: BitwiseCopyable>(
    of record: TensorRecord, repeating zero: Element
  ) throws(RecurError) -> [Element] {
    var values = [Element](repeating: zero, count: record.count)
    try values.withUnsafeMutableBytesThrowing { (buffer) throws(RecurError) in
      try fill(buffer, with: record)
    }
    return values
  }

  private func refuseNonFinite(
    _ found: (index: Int, value: String)?, _ record: TensorRecord
  ) throws(RecurError) {
    guard let found else { return }
    throw RecurError(
      .badData,
      "tensor \"\(DisplayText.escaped(record.name))\" is \(found.value) at element \(found.index)",
      at: .init(path: path),
      hint: "the training that wrote it diverged; take an earlier checkpoint")
  }

  private func notReadable(_ record: TensorRecord) -> RecurError {
    RecurError(
      .badData,
      "tensor \"\(DisplayText.escaped(record.name))\" is \(record.dtype.rawValue), which is not "
        + "read here", at: .init(path: path), hint: "convert the weights to F32")
  }

  /// An IEEE half in its bits as a `Float`: every half is one.
  static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch (exponent, fraction) {
    case (0, 0): return Float(bitPattern: sign)
    case (0, _):
      // Subnormal: fraction * 2^-24, exact in Float.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case (0x1F, _): return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

import Glibc

/// A safetensors file: `u64le N | N bytes of JSON | data`, opened for reading.
///
/// The header is checked completely before anything is allocated for data; tensors are then read
/// one by one, when asked for, into memory of their own. The table of what is accepted is in
/// `SafetensorsFile+Header.swift`. Nothing in a file is ever executed, and no name in it is ever
/// used as a path.
///
///     let file = try SafetensorsFile(contentsOf: "model.safetensors")
///     for name in file.names { print(name, file.record(named: name)?.shape ?? []) }
///     let weights = try file.floats(named: "rnn.weight_ih_l0")
public struct SafetensorsFile: Sendable {
  /// How much is accepted.
  public struct Limits: Sendable {
    /// The most bytes of the header, 16 MiB unless told.
    public var headerByteCount = 16 << 20
    /// The most tensors.
    public var tensorCount = 65_536
    /// The most dimensions of a tensor.
    public var rank = 8
    /// The longest name in bytes.
    public var nameByteCount = 1024
    /// Whether fields of a tensor that the format does not know are refused.
    public var refusesUnknownFields = false

    /// The limits that hold unless told otherwise.
    public init() {}
  }

  /// The file as the user named it.
  public let path: String
  /// The tensors in the order of their data.
  public let records: [TensorRecord]
  /// What the file says about itself.
  public let metadata: [String: String]
  private let index: [ExactKey: Int]
  private let source: Source
  /// Where the data begins in the file.
  private let dataStart: Int

  private enum Source: Sendable {
    case file(InputDescriptor)
    case memory([UInt8])
  }

  /// Opens a file and checks its header.
  ///
  /// - Throws: `.badData` naming the file, and where it can the byte or the tensor; `.missingInput`,
  ///   `.noPermission` or `.inputOutput` where it cannot be read.
  public init(contentsOf path: String, limits: Limits = Limits()) throws(RecurError) {
    let descriptor = try InputDescriptor(path)
    try self.init(.file(descriptor), size: descriptor.size, path: path, limits: limits)
  }

  /// Checks the header of a file in memory; `path` names it in messages.
  ///
  /// - Throws: `.badData`.
  public init(
    bytes: [UInt8], path: String = "memory", limits: Limits = Limits()
  ) throws(RecurError) {
    try self.init(.memory(bytes), size: bytes.count, path: path, limits: limits)
  }

  private init(
    _ source: Source, size: Int, path: String, limits: Limits
  ) throws(RecurError) {
    let prefix = try Self.prefix(of: source)
    let length = try Self.headerLength(prefix, fileSize: size, path: path, limits: limits)
    var header = [UInt8](repeating: 0, count: length)
    try header.withUnsafeMutableBytesThrowing { (buffer) throws(RecurError) in
      try Self.fill(buffer, from: source, at: 8)
    }
    let parsed = try Self.parse(
      header, dataByteCount: size - 8 - length, path: path, limits: limits)
    self.path = path
    self.source = source
    dataStart = 8 + length
    records = parsed.records
    metadata = parsed.metadata
    var index: [ExactKey: Int] = [:]
    for (position, record) in parsed.records.enumerated() {
      index[ExactKey(record.name)] = position
    }
    self.index = index
  }

  /// The names of the tensors in the order of their data.
  public var names: [String] { records.map(\.name) }

  /// What the file says about one tensor, or nil if it has none of that name (byte for byte).
  public func record(named name: String) -> TensorRecord? {
    index[ExactKey(name)].map { records[$0] }
  }

  /// The bytes of a tensor, little-endian and row-major.
  ///
  /// - Throws: `.badData` where there is no such tensor, `.inputOutput` where the file has shrunk.
  public func bytes(named name: String) throws(RecurError) -> [UInt8] {
    let record = try require(name)
    var bytes = [UInt8](repeating: 0, count: record.byteCount)
    try bytes.withUnsafeMutableBytesThrowing { (buffer) throws(RecurError) in
      try fill(buffer, with: record)
    }
    return bytes
  }

  func require(_ name: String) throws(RecurError) -> TensorRecord {
    if let record = record(named: name) { return record }
    throw RecurError(
      .badData, "there is no tensor \"\(DisplayText.escaped(name))\"", at: .init(path: path),
      hint: Suggestion.hint(for: name, among: names) ?? "this is another model's file")
  }

  func fill(
    _ buffer: UnsafeMutableRawBufferPointer, with record: TensorRecord
  ) throws(RecurError) {
    try Self.fill(buffer, from: source, at: dataStart + record.byteRange.lowerBound)
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from source: Source, at offset: Int
  ) throws(RecurError) {
    switch source {
    case .file(let descriptor): try descriptor.fill(buffer, at: offset)
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
      }
    }
  }

  private static func prefix(of source: Source) throws(RecurError) -> [UInt8] {
    switch source {
    case .file(let descriptor): try descriptor.prefix(64)
    case .memory(let bytes): Array(bytes.prefix(64))
    }
  }
}

extension Array {
  /// `withUnsafeMutableBytes` with a typed error.
  mutating func withUnsafeMutableBytesThrowing(
    _ body: (UnsafeMutableRawBufferPointer) throws(RecurError) -> Void
  ) throws(RecurError) {
    let failure = withUnsafeMutableBytes { (buffer) -> RecurError? in
      do throws(RecurError) {
        try body(buffer)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}

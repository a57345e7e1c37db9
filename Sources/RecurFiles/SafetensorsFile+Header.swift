/// The header, checked by this table. Everything is decided before data is allocated or read.
///
///     accepted                                refused
///     leading and trailing JSON white space   byte order mark, invalid UTF-8, NaN, lone surrogates
///     a length that is no multiple of 8       a length above the limit or beyond the file
///     `{}`, sizes of 0, rank 0                a key twice, in tensors or metadata
///     unknown fields of a tensor              the same, when `refusesUnknownFields`
///     any name up to the limit                metadata that is not text
///     `"__metadata__": null`                  unknown or lower-case dtype
///                                             sizes negative, fractional or overflowing
///                                             holes, overlaps, data after the last tensor
extension SafetensorsFile {
  static func headerLength(
    _ prefix: [UInt8], fileSize: Int, path: String, limits: Limits
  ) throws(RecurError) -> Int {
    func refuse(_ what: String) -> RecurError {
      if let format = prefix.withUnsafeBytes({ ForeignFormat.recognize($0) }) {
        return format.error(path: path)
      }
      return RecurError(
        .badData, what, at: .init(path: path, byte: 0),
        hint: "this is no safetensors file, or one that is damaged; obtain it again")
    }
    if fileSize == 0 { throw refuse("the file is empty") }
    let count = min(fileSize, prefix.count)
    if count < 8 { throw refuse("the file has only \(count) bytes") }
    let length = prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if length > UInt64(fileSize - 8) {
      throw refuse("a header of \(length) bytes in a file of \(fileSize)")
    }
    if length > UInt64(limits.headerByteCount) {
      throw refuse("a header of \(length) bytes, the limit is \(limits.headerByteCount)")
    }
    return Int(length)
  }

  static func parse(
    _ header: [UInt8], dataByteCount: Int, path: String, limits: Limits
  ) throws(RecurError) -> (records: [TensorRecord], metadata: [String: String]) {
    var jsonLimits = JSONGate.Limits.safetensorsHeader
    jsonLimits.byteCount = max(1, limits.headerByteCount)
    jsonLimits.containerCount = limits.tensorCount + 1
    let value: JSONValue
    do throws(RecurError) {
      value = try JSONGate.value(from: header, limits: jsonLimits, path: path)
    } catch {
      // Offsets count from the start of the file, and its lines mean nothing.
      var error = error
      error.place = .init(path: path, byte: error.place?.byte.map { $0 + 8 })
      error.hint = "the header is damaged; obtain the file again"
      throw error
    }
    guard let members = value.members else {
      throw refuse("the header is not a JSON object", path)
    }
    var records: [TensorRecord] = []
    records.reserveCapacity(members.count)
    var metadata: [String: String] = [:]
    for member in members {
      if member.key.utf8.elementsEqual("__metadata__".utf8) {
        metadata = try parseMetadata(member.value, path)
        continue
      }
      if records.count == limits.tensorCount {
        throw refuse("more than \(limits.tensorCount) tensors", path)
      }
      records.append(try parseRecord(member, path, limits))
    }
    records.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    try checkTiling(records, dataByteCount: dataByteCount, path)
    return (records, metadata)
  }

  private static func parseMetadata(
    _ value: JSONValue, _ path: String
  ) throws(RecurError) -> [String: String] {
    if value.isNull { return [:] }
    guard let members = value.members else { throw refuse("__metadata__ is not an object", path) }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.string else {
        let key = DisplayText.escaped(member.key, limit: 80)
        throw refuse("\"\(key)\" of __metadata__ is not a string", path)
      }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func parseRecord(
    _ member: JSONValue.Member, _ path: String, _ limits: Limits
  ) throws(RecurError) -> TensorRecord {
    let name = member.key
    func refuseTensor(_ what: String) -> RecurError {
      refuse("tensor \"\(DisplayText.escaped(name, limit: 80))\": \(what)", path)
    }
    if name.utf8.count > limits.nameByteCount {
      throw refuseTensor("the name has more than \(limits.nameByteCount) bytes")
    }
    guard let fields = member.value.members else { throw refuseTensor("it is not an object") }
    if limits.refusesUnknownFields,
      let unknown = fields.first(where: { !["dtype", "shape", "data_offsets"].contains($0.key) })
    {
      throw refuseTensor("unknown field \"\(DisplayText.escaped(unknown.key, limit: 80))\"")
    }
    guard let dtypeText = member.value["dtype"]?.string else {
      throw refuseTensor("dtype is missing or not a string")
    }
    guard let dtype = DType(rawValue: dtypeText) else {
      throw refuseTensor("unknown dtype \"\(DisplayText.escaped(dtypeText, limit: 40))\"")
    }
    guard let shape = naturals(member.value["shape"]) else {
      throw refuseTensor("shape is not a list of whole numbers from 0")
    }
    if shape.count > limits.rank {
      throw refuseTensor("\(shape.count) dimensions, the limit is \(limits.rank)")
    }
    guard let offsets = naturals(member.value["data_offsets"]), offsets.count == 2 else {
      throw refuseTensor("data_offsets is not a pair of whole numbers from 0")
    }
    guard offsets[0] <= offsets[1] else { throw refuseTensor("data_offsets run backwards") }
    var bits = dtype.bitCount
    for size in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: size)
      if overflow { throw refuseTensor("the shape \(shape) is too large") }
      bits = product
    }
    guard bits % 8 == 0 else { throw refuseTensor("it does not end at a whole byte") }
    guard bits / 8 == offsets[1] - offsets[0] else {
      throw refuseTensor(
        "\(dtype.rawValue) of shape \(shape) needs \(bits / 8) bytes, data_offsets give "
          + "\(offsets[1] - offsets[0])")
    }
    return TensorRecord(
      name: name, dtype: dtype, shape: shape, byteRange: offsets[0]..<offsets[1])
  }

  private static func checkTiling(
    _ records: [TensorRecord], dataByteCount: Int, _ path: String
  ) throws(RecurError) {
    var end = 0
    for record in records {
      guard record.byteRange.lowerBound == end else {
        let kind = record.byteRange.lowerBound < end ? "overlaps" : "leaves a hole after"
        throw refuse(
          "tensor \"\(DisplayText.escaped(record.name, limit: 80))\" begins at data byte "
            + "\(record.byteRange.lowerBound) and \(kind) what ends at \(end)", path)
      }
      end = record.byteRange.upperBound
    }
    guard end == dataByteCount else {
      let what = end < dataByteCount ? "too much" : "missing"
      throw refuse(
        "the tensors take \(end) bytes, the file holds \(dataByteCount): data is \(what)", path)
    }
  }

  private static func naturals(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard let number = element.integer, number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func refuse(_ what: String, _ path: String) -> RecurError {
    RecurError(
      .badData, what, at: .init(path: path),
      hint: "the file is damaged or was written wrongly; obtain it again")
  }
}

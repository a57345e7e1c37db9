import CText
package import RecurFiles

/// Validates a file that comes in chunks, whatever their borders part.
package struct CorpusDecoder {
  let path: String
  let policy: InvalidUTF8Policy?
  package private(set) var invalidSequenceCount = 0
  /// The beginning of a character whose end has not come yet: at most three bytes.
  private var pending: [UInt8] = []
  /// The offset in the file of the next byte, pending ones included.
  private var offset = 0
  /// The line that the next byte stands in.
  package private(set) var line = 1

  /// - Parameter policy: Nil keeps ill-formed bytes as they are: whoever parts the text refuses only
  ///   the part that has them.
  package init(path: String, policy: InvalidUTF8Policy?) {
    self.path = path
    self.policy = policy
  }

  /// Appends what is complete of the text so far.
  package mutating func append(
    _ chunk: UnsafeRawBufferPointer, to utf8: inout [UInt8]
  ) throws(RecurError) {
    let isFirst = offset == 0 && pending.isEmpty
    if isFirst, let encoding = ForeignEncoding.recognize(chunk) {
      throw encoding.error(path: path)
    }
    // Joining copies a chunk; it happens only where a border parts a character.
    let joined = pending.isEmpty ? nil : pending + chunk
    pending.removeAll()
    var failure: RecurError?
    func take(_ bytes: UnsafeBufferPointer<UInt8>) -> RecurError? {
      do throws(RecurError) {
        try self.take(bytes, isFirst: isFirst, to: &utf8)
        return nil
      } catch {
        return error
      }
    }
    if let joined {
      failure = joined.withUnsafeBufferPointer { take($0) }
    } else {
      failure = chunk.withMemoryRebound(to: UInt8.self) { take($0) }
    }
    if let failure { throw failure }
  }

  /// Ends the file: a character that is still incomplete is ill-formed.
  package mutating func finish(_ utf8: inout [UInt8]) throws(RecurError) {
    if pending.isEmpty { return }
    let rest = pending
    pending.removeAll()
    try meetInvalid(rest, at: offset, isTruncated: true, to: &utf8)
  }

  private mutating func take(
    _ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool, to utf8: inout [UInt8]
  ) throws(RecurError) {
    var rest = bytes[...]
    if isFirst, rest.starts(with: [0xEF, 0xBB, 0xBF]) {
      rest = rest.dropFirst(3)
      offset += 3
    }
    while !rest.isEmpty {
      let buffer = UnsafeBufferPointer(rebasing: rest)
      let check = ctext_utf8_validate(buffer.baseAddress, buffer.count)
      let valid = UnsafeBufferPointer(rebasing: buffer[..<check.valid])
      utf8.append(contentsOf: valid)
      line += ctext_byte_count(valid.baseAddress, valid.count, UInt8(ascii: "\n"))
      offset += check.valid
      rest = rest.dropFirst(check.valid)
      if check.broken == 0 { return }
      if check.truncated {
        pending = Array(rest)
        return
      }
      try meetInvalid(
        rest.prefix(check.broken), at: offset, isTruncated: false, looksBinary: bytes, to: &utf8)
      offset += check.broken
      rest = rest.dropFirst(check.broken)
    }
  }

  private mutating func meetInvalid(
    _ broken: some Sequence<UInt8>, at byte: Int, isTruncated: Bool,
    looksBinary context: UnsafeBufferPointer<UInt8>? = nil,
    to utf8: inout [UInt8]
  ) throws(RecurError) {
    invalidSequenceCount += 1
    let looksBinary = context?.prefix(8192).contains(0) == true
    switch policy {
    case nil where !looksBinary || byte >= 8192: utf8.append(contentsOf: broken)
    case .replace: utf8.append(contentsOf: [0xEF, 0xBF, 0xBD])
    case .skip: break
    case .stop, nil:
      let place = RecurError.Place(path: path, line: line, byte: byte)
      if looksBinary {
        throw RecurError(
          .badData, "this is not text but a binary file", at: place,
          hint: "name a text file in UTF-8")
      }
      throw RecurError(
        .badData,
        isTruncated
          ? "the file ends in the middle of a UTF-8 character"
          : "the text is not valid UTF-8",
        at: place,
        hint: "go on with --invalid-utf8 replace or skip, or convert the file, for example with "
          + "iconv -f WINDOWS-1252 -t UTF-8")
    }
  }
}

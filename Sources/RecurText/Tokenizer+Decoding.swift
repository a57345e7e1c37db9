extension Tokenizer {
  /// The bytes that ids stand for. They are valid UTF-8 where the ids come from `encode`; a model may
  /// put byte tokens in any order.
  ///
  /// - Parameter ids: each from 0 to `vocabulary.count - 1`.
  public func decode(_ ids: some Sequence<Int32>) -> [UInt8] {
    guard let bytes = vocabulary.bytes(of: ids) else {
      preconditionFailure("an id is not one of the \(vocabulary.count) of the vocabulary")
    }
    return bytes
  }

  /// The text that ids stand for; what is not valid UTF-8 becomes U+FFFD.
  ///
  /// - Parameter ids: each from 0 to `vocabulary.count - 1`.
  public func decodeText(_ ids: some Sequence<Int32>) -> String {
    String(decoding: decode(ids), as: UTF8.self)
  }

  /// A decoder for ids that come one after another.
  public func streamingDecoder() -> StreamingDecoder { StreamingDecoder(self) }
}

extension Vocabulary {
  /// What tokens stand for, one after another; nil where an id is not in the vocabulary.
  public func bytes(of ids: some Sequence<Int32>) -> [UInt8]? {
    let joined = ids.withContiguousStorageIfAvailable { table.joined($0) }
    return joined ?? Array(ids).withUnsafeBufferPointer { table.joined($0) }
  }

  /// Appends what a token stands for.
  func append(_ id: Int32, to bytes: inout [UInt8]) {
    if let byte = byte(of: id) {
      bytes.append(byte)
    } else {
      bytes.append(contentsOf: table.bytes(of: id))
    }
  }
}

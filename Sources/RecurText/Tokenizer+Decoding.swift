extension Tokenizer {
  /// The bytes that ids stand for. They are valid UTF-8 where the ids come from `encode`; a model may
  /// put byte tokens in any order.
  ///
  /// - Parameter ids: each from 0 to `vocabulary.count - 1`.
  public func decode(_ ids: some Sequence<Int32>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ids.underestimatedCount)
    for id in ids { vocabulary.append(id, to: &bytes) }
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
  /// Appends what a token stands for.
  func append(_ id: Int32, to bytes: inout [UInt8]) {
    let key = table.bytes(of: id)
    if key.count == 4, key[0] == 0xFF {
      bytes.append(key[3])
    } else {
      bytes.append(contentsOf: key)
    }
  }
}

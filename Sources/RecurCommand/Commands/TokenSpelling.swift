import Recur

/// How tokens are written in lists.
enum TokenSpelling {
  /// A piece as a JSON string, a byte token as `<0x41>`: always one line.
  static func line(_ id: Int32, _ vocabulary: Vocabulary) -> String {
    let spelling = vocabulary.spelling(of: id)
    if vocabulary.byte(of: id) != nil { return spelling }
    return String(decoding: JSONValue.string(spelling).encoded(), as: UTF8.self)
  }

  /// What a document says of a token: its id, and its text or its byte.
  static func members(_ id: Int32, _ vocabulary: Vocabulary) -> [JSONValue.Member] {
    [
      .init("id", .integer(Int(id))),
      vocabulary.byte(of: id).map { .init("byte", .integer(Int($0))) }
        ?? .init("text", .string(vocabulary.spelling(of: id))),
    ]
  }
}

/// A line of fastText's format: words that begin with `__label__`, then the text.
struct FastTextLine {
  static let mark = Array("__label__".utf8)

  /// The labels without the mark.
  var labels: [String] = []
  /// What follows them and the space after them.
  var text: String

  init(_ line: [UInt8]) {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var rest = line[...]
    while rest.starts(with: Self.mark) {
      let word = rest.prefix { !isSpace($0) }
      labels.append(String(decoding: word.dropFirst(Self.mark.count), as: UTF8.self))
      rest = rest[word.endIndex...].drop(while: isSpace)
    }
    text = String(decoding: rest, as: UTF8.self)
  }
}

import RecurFiles

/// Encodings of text that are not UTF-8 and can be told by a file's beginning.
enum ForeignEncoding: String {
  case utf16 = "UTF-16"
  case utf32 = "UTF-32"

  /// Recognises a byte order mark, or the zeros of mostly Latin text.
  static func recognize(_ beginning: UnsafeRawBufferPointer) -> ForeignEncoding? {
    if beginning.starts(with: [0xFF, 0xFE, 0, 0]) || beginning.starts(with: [0, 0, 0xFE, 0xFF]) {
      return .utf32
    }
    if beginning.starts(with: [0xFF, 0xFE]) || beginning.starts(with: [0xFE, 0xFF]) {
      return .utf16
    }
    let sample = beginning.prefix(4096)
    var zeros = [0, 0, 0, 0]
    for (offset, byte) in sample.enumerated() where byte == 0 { zeros[offset % 4] += 1 }
    let quarter = sample.count / 4
    if quarter < 2 { return nil }
    // Latin text has a zero in nearly each high byte and none in the low ones.
    func isFull(_ position: Int) -> Bool { zeros[position] * 10 >= quarter * 7 }
    if (isFull(1) && isFull(2) && isFull(3) && zeros[0] == 0)
      || (isFull(0) && isFull(1) && isFull(2) && zeros[3] == 0)
    {
      return .utf32
    }
    if (isFull(0) && isFull(2) && zeros[1] + zeros[3] == 0)
      || (isFull(1) && isFull(3) && zeros[0] + zeros[2] == 0)
    {
      return .utf16
    }
    return nil
  }

  func error(path: String) -> RecurError {
    RecurError(
      .badData, "the text is \(rawValue), not UTF-8", at: .init(path: path),
      hint: "convert it: iconv -f \(rawValue) -t UTF-8 FILE")
  }
}

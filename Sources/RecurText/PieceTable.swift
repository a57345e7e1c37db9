import CText

/// Distinct byte strings, numbered in order of arrival and counted. Looking one up allocates nothing.
///
/// A table is filled by one owner and never changes afterwards: so it can be shared.
final class PieceTable: Sendable {
  nonisolated(unsafe) private let pieces: OpaquePointer

  init() {
    guard let pieces = ctext_pieces_create() else { preconditionFailure("out of memory") }
    self.pieces = pieces
  }

  deinit { ctext_pieces_destroy(pieces) }

  var count: Int { ctext_pieces_size(pieces) }

  /// Adds to a piece's count and answers its number.
  @discardableResult
  func add(_ bytes: UnsafeBufferPointer<UInt8>, count: Int64 = 1) -> Int32 {
    ctext_pieces_add(pieces, bytes.baseAddress, bytes.count, count)
  }

  /// Adds to a piece's count and answers its number.
  @discardableResult
  func add(_ bytes: [UInt8], count: Int64 = 1) -> Int32 {
    bytes.withUnsafeBufferPointer { add($0, count: count) }
  }

  /// Counts each piece of a text.
  func addAll(
    _ utf8: UnsafeBufferPointer<UInt8>, from begin: Int, ends: UnsafeBufferPointer<Int64>
  ) {
    ctext_pieces_add_all(pieces, utf8.baseAddress, Int64(begin), ends.baseAddress, ends.count)
  }

  /// Adds to the count of each character of a piece.
  func addCharacters(of piece: UnsafeBufferPointer<UInt8>, count: Int64) {
    var begin = 0
    while begin < piece.count {
      var end = begin + 1
      while end < piece.count, piece[end] & 0xC0 == 0x80 { end += 1 }
      add(UnsafeBufferPointer(rebasing: piece[begin..<end]), count: count)
      begin = end
    }
  }

  /// The number of a piece, or nil.
  func number(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    let number = ctext_pieces_find(pieces, bytes.baseAddress, bytes.count)
    return number < 0 ? nil : number
  }

  /// The number of a piece, or nil.
  func number(of bytes: [UInt8]) -> Int32? {
    bytes.withUnsafeBufferPointer { number(of: $0) }
  }

  /// Looks up each piece of a text (-1 where there is none) and answers how many are missing.
  func numbers(
    of utf8: UnsafeBufferPointer<UInt8>, from begin: Int, ends: UnsafeBufferPointer<Int64>,
    into numbers: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    precondition(numbers.count >= ends.count, "\(numbers.count) places for \(ends.count) numbers")
    return ctext_pieces_find_all(
      pieces, utf8.baseAddress, Int64(begin), ends.baseAddress, ends.count, numbers.baseAddress)
  }

  /// Looks up code points up to the first one that is missing; answers how many there are and how
  /// many bytes they have.
  func numbersOfCodePoints(
    _ utf8: UnsafeBufferPointer<UInt8>, into numbers: UnsafeMutableBufferPointer<Int32>
  ) -> (count: Int, used: Int) {
    var used = 0
    let count = ctext_pieces_find_code_points(
      pieces, utf8.baseAddress, utf8.count, numbers.baseAddress, numbers.count, &used)
    return (count, used)
  }

  /// The bytes of pieces one after another; nil where a number is not in the table.
  func joined(_ numbers: UnsafeBufferPointer<Int32>) -> [UInt8]? {
    let length = Int(ctext_pieces_joined_length(pieces, numbers.baseAddress, numbers.count))
    if length < 0 { return nil }
    return Array(unsafeUninitializedCapacity: length) { bytes, count in
      if length > 0 {
        ctext_pieces_join(pieces, numbers.baseAddress, numbers.count, bytes.baseAddress)
      }
      count = length
    }
  }

  /// The bytes of a piece, valid while nothing is added.
  func bytes(of number: Int32) -> UnsafeBufferPointer<UInt8> {
    precondition(number >= 0 && Int(number) < count, "piece \(number) of \(count)")
    var length = 0
    let bytes = ctext_pieces_bytes(pieces, number, &length)
    return UnsafeBufferPointer(start: bytes, count: length)
  }

  /// How often a piece was added.
  func occurrences(of number: Int32) -> Int64 {
    precondition(number >= 0 && Int(number) < count, "piece \(number) of \(count)")
    return ctext_pieces_count(pieces, number)
  }

  /// The pieces' numbers: the most frequent first, those of the same frequency by their bytes.
  func ranked() -> [Int32] {
    (0..<Int32(count)).sorted { left, right in
      let leftCount = ctext_pieces_count(pieces, left)
      let rightCount = ctext_pieces_count(pieces, right)
      if leftCount != rightCount { return leftCount > rightCount }
      return bytes(of: left).lexicographicallyPrecedes(bytes(of: right))
    }
  }
}

/// The tokens of a tokenizer, numbered from 0.
///
/// A vocabulary holds one token for each of the 256 bytes, so that every text can be written in it, and
/// the pieces that were learnt. A byte token is written `<0x41>`; it is another token than the piece A.
public struct Vocabulary: Sendable, Equatable {
  /// How many byte tokens every vocabulary has.
  public static let byteTokenCount = 256
  /// The longest piece in bytes; what is longer is written as characters.
  public static let longestPiece = 1024
  /// The most tokens.
  static let maximumCount = 1 << 24

  /// Pieces by id. Byte tokens stand there behind a mark that no UTF-8 contains.
  let table: PieceTable
  /// The ids of the byte tokens, by byte.
  let byteIDs: [Int32]

  /// How many tokens there are, byte tokens included.
  public var count: Int { table.count }

  /// Makes the vocabulary of the byte tokens (ids 0 to 255) and then of `pieces` in their order,
  /// which must be distinct and not empty.
  init(pieces: [[UInt8]]) {
    table = PieceTable()
    for byte in UInt8.min...UInt8.max { table.add(Self.marked(byte)) }
    byteIDs = Array(0..<Int32(Self.byteTokenCount))
    for piece in pieces {
      precondition(!piece.isEmpty, "a piece is empty")
      let (expected, number) = (table.count, table.add(piece))
      precondition(Int(number) == expected, "piece \(number) comes twice")
    }
  }

  /// Makes a vocabulary from tokens in the order of their ids; nil where one comes twice or a byte has
  /// none.
  init?(tokens: some Sequence<Token>) {
    table = PieceTable()
    var byteIDs = [Int32](repeating: -1, count: Self.byteTokenCount)
    for token in tokens {
      let (expected, number) = (table.count, table.add(token.key))
      if Int(number) != expected { return nil }
      if case .byte(let byte) = token { byteIDs[Int(byte)] = number }
    }
    if byteIDs.contains(-1) { return nil }
    self.byteIDs = byteIDs
  }

  /// A token as a file spells it.
  enum Token {
    case byte(UInt8)
    case piece([UInt8])

    fileprivate var key: [UInt8] {
      switch self {
      case .byte(let byte): marked(byte)
      case .piece(let bytes): bytes
      }
    }
  }

  private static func marked(_ byte: UInt8) -> [UInt8] { [0xFF, 0xFF, 0xFF, byte] }

  /// The byte of a byte token; nil for a piece.
  public func byte(of id: Int32) -> UInt8? {
    let key = table.bytes(of: id)
    return key.count == 4 && key[0] == 0xFF ? key[3] : nil
  }

  /// What a token stands for: valid UTF-8 for a piece, a single byte for a byte token.
  ///
  /// - Parameter id: from 0 to `count - 1`.
  public func bytes(of id: Int32) -> [UInt8] {
    if let byte = byte(of: id) { return [byte] }
    return Array(table.bytes(of: id))
  }

  /// How many bytes a token stands for.
  func byteCount(of id: Int32) -> Int {
    let key = table.bytes(of: id)
    return key.count == 4 && key[0] == 0xFF ? 1 : key.count
  }

  /// Whether a piece is or resembles the spelling of a byte token, and so must not be one.
  static func isReserved(_ piece: [UInt8]) -> Bool {
    piece.starts(with: "<0x".utf8) && piece.last == UInt8(ascii: ">")
  }

  /// The id of a piece, else of the byte token where it is a single byte, else nil.
  public func id(of bytes: some Collection<UInt8>) -> Int32? {
    let bytes = Array(bytes)
    if bytes.first == 0xFF { return bytes.count == 1 ? byteIDs[0xFF] : nil }
    if let id = table.number(of: bytes) { return id }
    return bytes.count == 1 ? byteIDs[Int(bytes[0])] : nil
  }

  /// How a token is written where it is shown: a piece as it is, a byte token as `<0x41>`.
  public func spelling(of id: Int32) -> String {
    guard let byte = byte(of: id) else {
      return String(decoding: table.bytes(of: id), as: UTF8.self)
    }
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
  }

  /// Whether two vocabularies have the same tokens under the same ids.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.table === right.table
      || (left.count == right.count
        && (0..<Int32(left.count)).allSatisfy {
          left.table.bytes(of: $0).elementsEqual(right.table.bytes(of: $0))
        })
  }
}

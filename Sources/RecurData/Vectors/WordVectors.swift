public import RecurFiles
public import RecurText

/// The vectors that a file of word vectors has for the pieces of a vocabulary.
///
/// The file is text: a word and D numbers on each line, parted by spaces, as GloVe writes it
/// (Pennington, Socher and Manning, 2014); a first line of exactly two whole numbers, V and D, is
/// word2vec's and tells how many follow. A word may contain spaces: the last D fields are the numbers.
/// Of a word that comes twice the first counts. The file may be compressed by gzip.
///
/// A piece is looked up without the white space around it; where the file does not have it as it is
/// spelt, in lower case.
public struct WordVectors: Sendable {
  /// The greatest D.
  public static let maximumWidth = 65_536

  /// D.
  public let width: Int
  /// The vector of each piece that has one, by its id.
  public let rows: [Int32: [Float]]
  /// The words in the file.
  public let wordCount: Int
  /// The pieces of the vocabulary that could have a vector: neither bytes nor white space.
  public let pieceCount: Int
  /// The pieces that are white space.
  public let spaces: Set<Int32>

  /// Reads what a vocabulary needs of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - width: What D must be; nil for what the first line has.
  ///   - vocabulary: The pieces that are looked up.
  /// - Throws: What reading a file throws; `.badData` naming the line where a line has another number
  ///   of fields or something that is no finite number; `.badConfiguration` where D is not `width`.
  public init(
    contentsOf path: String, width wanted: Int? = nil, for vocabulary: Vocabulary
  ) throws(RecurError) {
    let index = PieceIndex(vocabulary)
    let stream = try TextStream(path, invalidUTF8: .replace, hashing: false, pieceSize: 1 << 18)
    var lines = LineScanner()
    var exact: [Int32: [Float]] = [:]
    var lowered: [Int32: [Float]] = [:]
    var width = wanted
    var wordCount = 0
    var isFirst = true
    while try lines.next(from: stream) {
      if lines.isBlank { continue }
      // Before it is cut: a file that is one line would take many times its size.
      let spaces = lines.bytes.count { $0 == UInt8(ascii: " ") }
      if spaces > 2 * Self.maximumWidth {
        try Self.check(spaces, wanted: nil, path: path, line: lines.line)
      }
      let fields = lines.bytes.split(separator: UInt8(ascii: " "))
      if isFirst {
        isFirst = false
        let header =
          fields.count == 2 ? fields.compactMap { Int(String(decoding: $0, as: UTF8.self)) } : []
        let found = header.count == 2 ? header[1] : fields.count - 1
        try Self.check(found, wanted: wanted, path: path, line: lines.line)
        width = found
        if header.count == 2 { continue }
      }
      guard let width else { continue }
      // A word may have spaces in it, but is not a word and numbers.
      let surplus = fields.dropFirst().dropLast(width)
      let isTooWide =
        !surplus.isEmpty && surplus.allSatisfy { Float(String(decoding: $0, as: UTF8.self)) != nil }
      guard fields.count > width, !isTooWide else {
        throw RecurError(
          .badData, "there are \(fields.count - 1) numbers where there should be \(width)",
          at: .init(path: path, line: lines.line), hint: "each line is a word and its numbers")
      }
      wordCount += 1
      let numbers = fields.suffix(width)
      let word = Self.word(lines.bytes, before: numbers)
      let pieces = index.pieces(of: word)
      // Lines that nobody wants are checked as well: a broken file is not half taken.
      var vector: [Float] = []
      vector.reserveCapacity(width)
      for field in numbers {
        guard let number = Float(String(decoding: field, as: UTF8.self)), number.isFinite else {
          throw RecurError(
            .badData,
            "\"\(DisplayText.escaped(String(decoding: field, as: UTF8.self), limit: 40))\" is no "
              + "finite number, or there are not \(width) of them",
            at: .init(path: path, line: lines.line), hint: "each line is a word and its numbers")
        }
        vector.append(number)
      }
      for piece in pieces.exact where exact[piece] == nil { exact[piece] = vector }
      for piece in pieces.lowered where lowered[piece] == nil { lowered[piece] = vector }
    }
    guard let width, wordCount > 0 else {
      throw RecurError(
        .badData, "there are no word vectors", at: .init(path: path),
        hint: "each line is a word and its numbers")
    }
    self.width = width
    rows = exact.merging(lowered) { exact, _ in exact }
    self.wordCount = wordCount
    pieceCount = index.count
    spaces = index.spaces
  }

  private static func check(
    _ width: Int, wanted: Int?, path: String, line: Int
  ) throws(RecurError) {
    guard (1...maximumWidth).contains(width) else {
      throw RecurError(
        .badData, "the vectors have \(width) numbers", at: .init(path: path, line: line),
        hint: "each line is a word and its numbers, from 1 to \(maximumWidth)")
    }
    if let wanted, wanted != width {
      throw RecurError(
        .badConfiguration, "the vectors have \(width) numbers, and the embedding \(wanted)",
        at: .init(path: path, line: line),
        hint: "leave --embedding-size out, or give --embedding-size \(width)")
    }
  }

  /// The bytes of a line before its numbers and the space between.
  private static func word(
    _ line: [UInt8], before numbers: ArraySlice<ArraySlice<UInt8>>
  ) -> ArraySlice<UInt8> {
    let end = numbers.first?.startIndex ?? line.endIndex
    return line[..<max(end - 1, line.startIndex)]
  }
}

/// The pieces of a vocabulary by what they are looked up as.
private struct PieceIndex {
  private var exact: [ArraySlice<UInt8>: [Int32]] = [:]
  private var lowered: [ArraySlice<UInt8>: [Int32]] = [:]
  private(set) var spaces: Set<Int32> = []
  private(set) var count = 0

  init(_ vocabulary: Vocabulary) {
    for id in 0..<Int32(vocabulary.count) where vocabulary.byte(of: id) == nil {
      let text = String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
      let word = text.trimmed
      if word.isEmpty {
        spaces.insert(id)
        continue
      }
      count += 1
      exact[ArraySlice(word.utf8), default: []].append(id)
      lowered[ArraySlice(word.lowercased().utf8), default: []].append(id)
    }
  }

  func pieces(of word: ArraySlice<UInt8>) -> (exact: [Int32], lowered: [Int32]) {
    (exact[word] ?? [], lowered[word] ?? [])
  }
}

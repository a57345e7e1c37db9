import RecurFiles

/// Parts the text of CSV or TSV into records and fields, byte by byte, as Python's `csv` does in its
/// default dialect (RFC 4180 with leniency):
///
/// A record ends with LF, CRLF or CR outside quotes. A field that begins with a quote goes on to the
/// next quote that is not doubled; whatever follows that before the delimiter belongs to the field.
/// Quotes elsewhere are text. A blank line is a record of no fields. Unlike Python, which takes the
/// rest of the file as the field, an unclosed quote is an error that names the line of the quote.
///
/// Without quoting, a record ends with LF or CRLF and quotes are text: a lone CR is text too.
struct RecordScanner {
  /// The longest record in bytes; a quote that is never closed stops here instead of filling memory.
  static let largestRecord = 256 << 20
  /// The most fields of a record, for the same reason.
  static let mostFields = 1 << 20

  let delimiter: UInt8
  let isQuoted: Bool
  /// The fields of the record one after another, unescaped.
  private(set) var bytes: [UInt8] = []
  /// Where each field ends in `bytes`.
  private(set) var ends: [Int] = []
  /// The line that the record begins in, from 1.
  private(set) var line = 0
  /// Whether the record's last field was in quotes that were not closed.
  private(set) var isUnclosed = false
  /// Whether a quote stood where RFC 4180 allows none, in any record so far.
  private(set) var hasStrayQuote = false
  /// Whether a field began with a quote, in any record so far.
  private(set) var hasQuotedField = false

  private enum State { case fieldStart, unquoted, quoted, quoteInQuoted }
  private var nextLine = 1
  private var isAfterReturn = false
  private var quoteLine = 0

  init(delimiter: Unicode.Scalar, isQuoted: Bool) {
    self.delimiter = UInt8(delimiter.value)
    self.isQuoted = isQuoted
  }

  /// Reads the next record; false at the end of the text.
  mutating func next(from stream: TextStream) throws(RecurError) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    isUnclosed = false
    var state = State.fieldStart
    var hasBegun = false
    while true {
      if stream.position == stream.bytes.count, try !stream.refill() {
        if !hasBegun { return false }
        isUnclosed = state == .quoted
        endField()
        return true
      }
      if isAfterReturn {
        // CRLF is one line end; inside quotes both bytes are text.
        isAfterReturn = false
        if stream.bytes[stream.position] == UInt8(ascii: "\n") {
          if state == .quoted { bytes.append(UInt8(ascii: "\n")) }
          stream.position += 1
          continue
        }
      }
      if !hasBegun {
        hasBegun = true
        line = nextLine
      }
      let start = stream.position
      let (end, isComplete) = stream.bytes.withUnsafeBufferPointer { text in
        scan(text, from: start, &state)
      }
      stream.position = end
      if bytes.count > Self.largestRecord || ends.count > Self.mostFields {
        throw RecurError(
          .badData,
          bytes.count > Self.largestRecord
            ? "a row is longer than \(Self.largestRecord >> 20) MiB"
            : "a row has more than \(Self.mostFields) fields",
          at: .init(path: stream.path, line: line),
          hint: "check the file there: a quote that is never closed, or no line ends")
      }
      if isComplete { return true }
    }
  }

  /// The error for a record that ended inside quotes.
  func unclosedQuote(path: String) -> RecurError {
    RecurError(
      .badData, "the quote that begins here is never closed",
      at: .init(path: path, line: quoteLine),
      hint: "close it, or double each quote that is part of a text; if quotes have no meaning in "
        + "this file and tabs part its fields, read it with --format tsv")
  }

  private mutating func endField() { ends.append(bytes.count) }

  /// Reads on to the end of the record or of the piece.
  private mutating func scan(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ state: inout State
  ) -> (position: Int, isComplete: Bool) {
    let lineFeed = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    let quote = UInt8(ascii: "\"")
    var position = start
    while position < text.count {
      let byte = text[position]
      switch state {
      case .quoted:
        let begin = position
        while position < text.count, text[position] != quote, text[position] != lineFeed,
          text[position] != carriageReturn
        { position += 1 }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[begin..<position]))
        guard position < text.count else { return (position, false) }
        let stop = text[position]
        position += 1
        if stop == quote {
          state = .quoteInQuoted
        } else {
          bytes.append(stop)
          nextLine += 1
          if stop == carriageReturn {
            isAfterReturn = true
            return (position, false)
          }
        }
        continue
      case .fieldStart where byte == quote && isQuoted:
        state = .quoted
        hasQuotedField = true
        quoteLine = nextLine
        position += 1
        continue
      case .quoteInQuoted where byte == quote:
        bytes.append(quote)
        state = .quoted
        position += 1
        continue
      default: break
      }
      if byte == delimiter {
        endField()
        state = .fieldStart
        position += 1
      } else if byte == lineFeed || (byte == carriageReturn && isQuoted) {
        endRecord(state)
        nextLine += 1
        position += 1
        isAfterReturn = byte == carriageReturn
        if isAfterReturn, position < text.count {
          // A row from a pipe is complete with both bytes: nothing of it is left to be read.
          isAfterReturn = false
          if text[position] == lineFeed { position += 1 }
        }
        return (position, true)
      } else {
        if state == .quoteInQuoted { hasStrayQuote = true }
        state = .unquoted
        let begin = position
        while position < text.count, text[position] != delimiter, text[position] != lineFeed,
          text[position] != carriageReturn || !isQuoted
        {
          if text[position] == quote { hasStrayQuote = true }
          position += 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[begin..<position]))
      }
    }
    return (position, false)
  }

  private mutating func endRecord(_ state: State) {
    if !isQuoted, bytes.count > ends.last ?? 0, bytes.last == UInt8(ascii: "\r") {
      bytes.removeLast()
    }
    // A blank line has no fields, not one empty field.
    if ends.isEmpty, bytes.isEmpty, state != .quoteInQuoted { return }
    endField()
  }
}

extension RecordScanner {
  /// How many fields the record has.
  var count: Int { ends.count }

  /// A field of the record.
  subscript(field: Int) -> String {
    let begin = field == 0 ? 0 : ends[field - 1]
    return String(decoding: bytes[begin..<ends[field]], as: UTF8.self)
  }

  /// Whether each field of the record is valid UTF-8.
  var isValidUTF8: Bool {
    // The halves of a character that a delimiter parts are none.
    UTF8Validation.firstInvalidOffset(in: bytes) == nil
      && ends.allSatisfy { $0 == bytes.count || bytes[$0] & 0xC0 != 0x80 }
  }

  /// All fields of the record.
  var fields: [String] { ends.indices.map { self[$0] } }
}

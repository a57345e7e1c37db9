import RecurFiles

/// Writes rows of results as CSV, TSV or JSON Lines, each line as soon as it is there.
///
/// CSV and TSV quote by RFC 4180: a field with the delimiter, a quote, CR or LF stands in quotes, and
/// quotes in it are doubled. Rows end with LF. Numbers have a point whatever the locale, and small ones
/// no exponent.
///
/// A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, tab or CR as a formula, and texts come
/// from strangers; such a text gets a leading `'` (OWASP's advice), except if it is a plain number.
public struct ScoredRowWriter: Sendable {
  /// The form of the output.
  public enum Format: String, CaseIterable, Codable, Sendable {
    /// Comma-separated values.
    case csv
    /// Tab-separated values.
    case tsv
    /// JSON Lines: one object a line, with the columns as its keys.
    case jsonl
  }

  /// A value in a row.
  public enum Cell: Sendable, Equatable {
    /// Text.
    case text(String)
    /// A number; one that is not finite is written as `none`.
    case number(Double)
    /// An integer.
    case integer(Int)
    /// Nothing: an empty field, `null` in JSON.
    case none
  }

  /// The form of the output.
  public let format: Format
  /// The names of the columns.
  public let columns: [String]
  /// Whether texts that a spreadsheet would run get a leading `'`; JSON never needs it.
  public let escapesFormulas: Bool

  /// Says what to write.
  ///
  /// - Parameter columns: at least one name.
  public init(_ format: Format, columns: [String], escapesFormulas: Bool = true) {
    precondition(!columns.isEmpty, "no columns")
    self.format = format
    self.columns = columns
    self.escapesFormulas = escapesFormulas
  }

  /// The line with the names of the columns; nothing in JSON Lines.
  public func header() -> [UInt8] {
    format == .jsonl ? [] : line(columns.map { .text($0) })
  }

  /// One row, with its line end.
  ///
  /// - Parameter cells: as many as there are columns.
  public func line(_ cells: [Cell]) -> [UInt8] {
    precondition(cells.count == columns.count, "\(cells.count) cells, \(columns.count) columns")
    if format == .jsonl {
      let members = zip(columns, cells).map { JSONValue.Member($0, $1.json) }
      return JSONValue.object(members).encodedForTerminal() + [UInt8(ascii: "\n")]
    }
    let delimiter = format == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")
    var output: [UInt8] = []
    for (position, cell) in cells.enumerated() {
      if position > 0 { output.append(delimiter) }
      let begin = output.count
      switch cell {
      case .text(let text): append(text, delimiter, to: &output)
      case .number(let number): output += Self.text(of: number).utf8
      case .integer(let integer): output += String(integer).utf8
      case .none: break
      }
      // A row of one empty field would be a blank line, which is no row.
      if cells.count == 1, output.count == begin { output += "\"\"".utf8 }
    }
    output.append(UInt8(ascii: "\n"))
    return output
  }

  /// A number as a field: `0.000005` where Swift writes `5e-06`.
  private static func text(of number: Double) -> String {
    if !number.isFinite { return "" }
    let text = number.description
    let parts = text.split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]), (-20..<0).contains(exponent) else {
      return text
    }
    let zeros = String(repeating: "0", count: -exponent - 1)
    return (number < 0 ? "-0." : "0.") + zeros + parts[0].filter { $0.isNumber }
  }

  private func append(_ text: String, _ delimiter: UInt8, to output: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let needsQuotes = text.utf8.contains {
      $0 == delimiter || $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
    }
    if needsQuotes { output.append(quote) }
    if escapesFormulas, Self.isFormula(text) { output.append(UInt8(ascii: "'")) }
    if needsQuotes {
      for byte in text.utf8 {
        if byte == quote { output.append(quote) }
        output.append(byte)
      }
      output.append(quote)
    } else {
      output += text.utf8
    }
  }

  /// Whether a spreadsheet would run a text.
  static func isFormula(_ text: String) -> Bool {
    guard let first = text.utf8.first, Array("=+-@\t\r".utf8).contains(first) else { return false }
    let digits = text.utf8.dropFirst()
    let isNumber =
      (first == UInt8(ascii: "-") || first == UInt8(ascii: "+")) && !digits.isEmpty
      && digits.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
      && digits.count { $0 == UInt8(ascii: ".") } <= 1
    return !isNumber
  }
}

extension ScoredRowWriter.Cell {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): number.isFinite ? .number(number) : .null
    case .integer(let integer): .integer(integer)
    case .none: .null
    }
  }
}

import RecurFiles

/// What was found out about a labelled file before its first row was read.
public struct LabelledLayout: Sendable, Equatable {
  /// The format.
  public var format: LabelledFormat
  /// Whether the file is compressed by gzip.
  public var isCompressed = false
  /// What stands between the fields of CSV and TSV: a comma, a semicolon or a tab.
  public var delimiter: Unicode.Scalar?
  /// Whether fields may be quoted (CSV always, TSV where the file shows it).
  public var isQuoted = false
  /// Whether the first row names the columns.
  public var hasHeader = false
  /// The names of the columns, `1`, `2`, … without a header; the keys of JSON Lines.
  public var columns: [String] = []
  /// The position of the text among the columns.
  public var textColumn: Int?
  /// The position of the label among the columns.
  public var labelColumn: Int?
  /// The position of the row's name among the columns.
  public var idColumn: Int?

  init(_ format: LabelledFormat) { self.format = format }
}

extension LabelledLayout: CustomStringConvertible {
  /// One line for the user: `CSV, separated by ";", with a header: text in "review", label in "mood"`.
  public var description: String {
    var text =
      switch format {
      case .csv: "CSV"
      case .tsv: "TSV"
      case .jsonl: "JSON Lines"
      case .fastText: "fastText's format"
      case .text: "plain text, one document a line"
      case .folder: "a folder for each class"
      }
    if isCompressed { text += ", compressed" }
    switch (format, delimiter) {
    case (.csv, ";"): text += ", separated by \";\""
    case (.csv, "\t"): text += ", separated by tabs"
    default: break
    }
    if format == .tsv || delimiter == "\t" { text += isQuoted ? ", quoted" : ", quotes are text" }
    if delimiter != nil { text += hasHeader ? ", with a header" : ", without a header" }
    let parts = [("text", textColumn), ("label", labelColumn), ("id", idColumn)].compactMap {
      (name, column) in column.map { "\(name) in \(title(of: $0))" }
    }
    return parts.isEmpty ? text : "\(text): \(parts.joined(separator: ", "))"
  }

  /// The name of a column in quotes, or `column 2` where columns have none.
  public func title(of column: Int) -> String {
    if delimiter != nil, !hasHeader { return "column \(column + 1)" }
    return "\"\(DisplayText.escaped(columns[column], limit: 60))\""
  }
}

import Recur

/// Small tables in plain text.
enum TextTable {
  /// Titles and values in two columns.
  static func aligned(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.columnCount).max() ?? 0
    return rows.map { title, value in
      title + String(repeating: " ", count: width - title.columnCount + 2) + value + "\n"
    }.joined()
  }

  /// Columns of text, aligned left or right.
  ///
  /// - Parameters:
  ///   - rows: Cells; the first row may be a heading.
  ///   - numeric: The columns that are aligned right.
  static func columns(_ rows: [[String]], numeric: Set<Int> = []) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].columnCount : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.columnCount)
        let isLast = column == row.count - 1
        line += numeric.contains(column) ? padding + cell : isLast ? cell : cell + padding
        if !isLast { line += "  " }
      }
      return line + "\n"
    }.joined()
  }
}

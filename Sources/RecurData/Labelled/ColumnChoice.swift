import RecurFiles

/// Which columns hold the text, the label and the row's name.
///
/// A column that the user names wins. Else the names in the header (or the JSON keys) decide, by the
/// lists of `ColumnNames`. Else the cells do: the text is the column with the longest cells on
/// average; the label, where labels are needed, the one with the fewest distinct short values.
struct ColumnChoice {
  var text: Int
  var label: Int?
  var id: Int?

  /// - Parameters:
  ///   - columns: their names; numbers from 1 where they have none.
  ///   - hasNames: whether the names are those of a header.
  ///   - rows: the cells of some rows, as many as there are columns.
  /// - Throws: `.usage` for a column that the user names and that is not there, `.badData` where no
  ///   column can be the label, or the text.
  init(
    _ reading: LabelledReading, columns: [String], hasNames: Bool, rows: [[String]],
    needsLabels: Bool, path: String
  ) throws(RecurError) {
    var text = try Self.named(reading.textColumn, "--text-column", columns, path)
    var label = try Self.named(reading.labelColumn, "--label-column", columns, path)
    var id = try Self.named(reading.idColumn, "--id-column", columns, path)
    if let both = text, both == label {
      throw RecurError(
        .usage, "the column \"\(DisplayText.escaped(columns[both]))\" cannot be text and label",
        at: .init(path: path), hint: Self.hint(columns))
    }
    if hasNames {
      text =
        text
        ?? ColumnNames.find(
          ColumnNames.text, in: columns, excluding: [label, id],
          avoiding: ColumnNames.label + ColumnNames.id)
      if text == nil, columns.count == 1, label == nil { text = 0 }
      label =
        label
        ?? ColumnNames.find(
          ColumnNames.label, in: columns, excluding: [text, id], avoiding: ColumnNames.id)
      id = id ?? ColumnNames.find(ColumnNames.id, in: columns, excluding: [text, label])
    }
    guard
      let found = text
        ?? Self.longest(
          columns.indices.filter { $0 != label && ($0 != id || columns.count == 1) }, rows)
    else {
      throw RecurError(
        .badData, "no column is left that could be the text", at: .init(path: path),
        hint: "name it with --text-column; \(Self.hint(columns))")
    }
    if label == nil, needsLabels {
      label = Self.fewestValues(columns.indices.filter { $0 != found && $0 != id }, rows)
      if label == nil {
        throw RecurError(
          .badData, "no column looks like a label", at: .init(path: path),
          hint: "name it with --label-column; \(Self.hint(columns))")
      }
    }
    self.text = found
    self.label = label
    self.id = id
  }

  /// The position of a column by its name, else by its name but for case, else by its number.
  static func position(of name: String, in columns: [String]) -> Int? {
    if let exact = columns.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return exact }
    let folded = name.lowercased()
    let alike = columns.indices.filter { columns[$0].lowercased() == folded }
    if alike.count == 1 { return alike[0] }
    if let number = Int(name), (1...max(1, columns.count)).contains(number), !columns.isEmpty {
      return number - 1
    }
    return nil
  }

  private static func named(
    _ name: String?, _ flag: String, _ columns: [String], _ path: String
  ) throws(RecurError) -> Int? {
    guard let name else { return nil }
    if let found = position(of: name, in: columns) { return found }
    let near = Suggestion.hint(for: name, among: columns).map { "\($0) " } ?? ""
    throw RecurError(
      .usage, "there is no column \"\(DisplayText.escaped(name))\" for \(flag)",
      at: .init(path: path), hint: near + hint(columns))
  }

  private static func hint(_ columns: [String]) -> String {
    let names = columns.prefix(20).map { DisplayText.escaped($0, limit: 40) }
    return "the columns are \(names.joined(separator: ", "))\(columns.count > 20 ? ", …" : "")"
  }

  private static func longest(_ candidates: [Int], _ rows: [[String]]) -> Int? {
    let lengths = candidates.map { column in rows.reduce(0) { $0 + $1[column].utf8.count } }
    var best = 0
    for index in lengths.indices where lengths[index] > lengths[best] { best = index }
    return candidates.isEmpty ? nil : candidates[best]
  }

  private static func fewestValues(_ candidates: [Int], _ rows: [[String]]) -> Int? {
    var best: (rank: Int, column: Int)?
    for column in candidates {
      let cells = rows.map { $0[column] }
      let distinct = Set(cells.map(ExactKey.init)).count
      let isShort = cells.allSatisfy { $0.utf8.count <= 60 }
      let isFew = distinct <= max(2, min(100, cells.count / 4)) || candidates.count == 1
      if !isShort || !isFew || cells.allSatisfy(\.isEmpty) { continue }
      // A constant tells nothing, so it is the last resort.
      let rank = distinct == 1 ? Int.max : distinct
      if best.map({ rank < $0.rank }) ?? true { best = (rank, column) }
    }
    return best?.column
  }
}

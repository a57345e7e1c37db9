import RecurFiles

/// The first records of a text read as CSV or TSV in one of the possible ways.
struct DelimitedSample {
  static let largestCount = 1000

  /// The records that are not blank; all but the last are complete.
  private(set) var records: [[String]] = []
  /// Whether quotes mean something here: there is a quoted field, every quote stands where RFC 4180
  /// allows one, none is left open, and every record has as many fields as the first.
  private(set) var isSurelyQuoted = false
  /// How many of the records have as many fields as the first, from 0 to 1.
  private(set) var evenness = 0.0
  let delimiter: Unicode.Scalar
  let isQuoted: Bool

  /// - Parameters:
  ///   - text: the beginning of the text.
  ///   - isWhole: whether it is all of the text.
  init(
    _ text: ArraySlice<UInt8>, isWhole: Bool, delimiter: Unicode.Scalar, isQuoted: Bool
  ) throws(RecurError) {
    self.delimiter = delimiter
    self.isQuoted = isQuoted
    let stream = TextStream(sample: text, path: "")
    var scanner = RecordScanner(delimiter: delimiter, isQuoted: isQuoted)
    var isOpen = false
    while records.count < Self.largestCount, try scanner.next(from: stream) {
      // The sample may end inside the last record, but hardly where a line ends outside quotes.
      let mayBeCut = scanner.isUnclosed || text.last != UInt8(ascii: "\n")
      if !isWhole, mayBeCut, stream.position == stream.bytes.count, !records.isEmpty { break }
      isOpen = scanner.isUnclosed
      if scanner.count > 0 { records.append(scanner.fields) }
    }
    let even = records.count { $0.count == records[0].count }
    evenness = records.isEmpty ? 0 : Double(even) / Double(records.count)
    isSurelyQuoted =
      scanner.hasQuotedField && !scanner.hasStrayQuote && !isOpen && evenness == 1
  }

  /// How many fields the first record has.
  var width: Int { records.first?.count ?? 0 }

  /// Whether every record has the same number of fields, and more than one.
  var isTable: Bool { width > 1 && evenness == 1 }

  /// TSV: quotes are text unless they are surely more.
  static func tabs(_ text: ArraySlice<UInt8>, isWhole: Bool) throws(RecurError) -> DelimitedSample {
    let quoted = try DelimitedSample(text, isWhole: isWhole, delimiter: "\t", isQuoted: true)
    if quoted.isSurelyQuoted { return quoted }
    return try DelimitedSample(text, isWhole: isWhole, delimiter: "\t", isQuoted: false)
  }

  /// CSV: of comma, semicolon and tab, the one that gives the most even rows of several fields, then
  /// the most fields in the first row, then in this order.
  static func detected(
    _ text: ArraySlice<UInt8>, isWhole: Bool
  ) throws(RecurError) -> DelimitedSample {
    var best = try DelimitedSample(text, isWhole: isWhole, delimiter: ",", isQuoted: true)
    let others = [
      try DelimitedSample(text, isWhole: isWhole, delimiter: ";", isQuoted: true),
      try tabs(text, isWhole: isWhole),
    ]
    for other in others where other.width > 1 {
      let isBetter =
        best.width < 2 || other.evenness > best.evenness
        || (other.evenness == best.evenness && other.width > best.width)
      if isBetter { best = other }
    }
    return best
  }

  /// Whether the first record names the columns: it has a known name or one that the user gave; or,
  /// over a column of numbers or of few values, it has something else.
  func hasHeader(_ reading: LabelledReading) -> Bool {
    guard let first = records.first?.map(\.trimmed) else { return false }
    // A number is a position, though a cell may be the same.
    let named = [reading.textColumn, reading.labelColumn, reading.idColumn].compactMap(\.self)
    for name in named where Int(name) == nil {
      if first.contains(where: { $0.lowercased() == name.lowercased() }) { return true }
    }
    if ColumnNames.areNames(first) { return true }
    let rows = records.dropFirst().filter { $0.count == first.count }
    guard rows.count >= 2, Set(first).count == first.count, !first.contains("") else {
      return false
    }
    return first.indices.contains { column in
      let cells = rows.map { $0[column].trimmed }
      if cells.allSatisfy({ Double($0) != nil }) { return Double(first[column]) == nil }
      let distinct = Set(cells)
      return rows.count >= 8 && distinct.count <= max(2, rows.count / 4)
        && distinct.allSatisfy { $0.utf8.count <= 40 } && first[column].utf8.count <= 40
        && !distinct.contains(first[column])
    }
  }
}

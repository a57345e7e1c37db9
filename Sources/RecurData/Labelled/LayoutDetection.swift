import RecurFiles

/// Finds out what a text holds by looking ahead in it.
struct LayoutDetection {
  /// How far it looks.
  static let sampleSize = 256 << 10
  /// How much of a longer sample is looked at as a table.
  static let largestTable = 1 << 20

  private(set) var layout: LabelledLayout

  init(
    _ stream: TextStream, _ reading: LabelledReading, needsLabels: Bool
  ) throws(RecurError) {
    // A header alone does not tell which column holds what.
    let mayBeTable = !reading.isLive || reading.format == .csv || reading.format == .tsv
    try stream.lookAhead(reading.isLive ? 1 : Self.sampleSize, lineCount: mayBeTable ? 2 : 1)
    let path = stream.path
    if stream.bytes.isEmpty {
      throw RecurError(
        .badData, "the file is empty", at: .init(path: path),
        hint: "check that it was written completely, or name another file")
    }
    let end = stream.isAtEnd ? nil : stream.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    let lines = stream.bytes[..<(end ?? stream.bytes.count)]
    // A table shows itself in its beginning; only JSON needs a whole line, however long.
    let sample = lines.prefix(Self.largestTable)
    let isWhole = stream.isAtEnd && sample.count == lines.count
    let format: LabelledFormat
    if let named = reading.format ?? FormatChoice.byName(path) {
      format = named
    } else {
      format = try FormatChoice.byContents(sample, isWhole: isWhole, needsLabels: needsLabels)
    }
    layout = LabelledLayout(format)
    layout.isCompressed = stream.isCompressed
    switch format {
    case .csv:
      let table = try DelimitedSample.detected(sample, isWhole: isWhole)
      try take(table, reading, needsLabels, path)
    case .tsv:
      let table = try DelimitedSample.tabs(sample, isWhole: isWhole)
      try take(table, reading, needsLabels, path)
    case .jsonl: try takeObjects(lines, reading, needsLabels, path)
    case .fastText, .text, .folder:
      try Self.refuseColumns(reading, format, path)
      if format == .text, needsLabels {
        throw RecurError(
          .badData, "no labels are found in this file", at: .init(path: path),
          hint: "give CSV, TSV, JSON Lines, fastText's format or a folder for each class, or say "
            + "which of them it is with --format")
      }
    }
  }

  private mutating func take(
    _ table: DelimitedSample, _ reading: LabelledReading, _ needsLabels: Bool, _ path: String
  ) throws(RecurError) {
    guard let first = table.records.first else {
      throw RecurError(
        .badData, "the file has no rows", at: .init(path: path),
        hint: "check that it was written completely, or name another file")
    }
    layout.delimiter = table.delimiter
    layout.isQuoted = table.isQuoted
    layout.hasHeader = table.hasHeader(reading)
    layout.columns = layout.hasHeader ? first.map(\.trimmed) : first.indices.map { "\($0 + 1)" }
    let rows = table.records.dropFirst(layout.hasHeader ? 1 : 0)
    try choose(rows.filter { $0.count == first.count }, reading, needsLabels, path)
  }

  private mutating func takeObjects(
    _ sample: ArraySlice<UInt8>, _ reading: LabelledReading, _ needsLabels: Bool, _ path: String
  ) throws(RecurError) {
    let stream = TextStream(sample: sample, path: path)
    var lines = LineScanner()
    var objects: [JSONValue] = []
    while objects.count < DelimitedSample.largestCount, try lines.next(from: stream) {
      if let object = JSONLine.object(lines.bytes) { objects.append(object) }
    }
    let (keys, rows) = JSONLine.table(objects)
    if keys.isEmpty {
      throw RecurError(
        .badData, "no line at the beginning is an object of JSON", at: .init(path: path),
        hint: "one object stands on each line, like {\"text\": \"…\"}; jq -c '.[]' turns an array "
          + "into such lines")
    }
    layout.columns = keys
    layout.hasHeader = true
    try choose(rows, reading, needsLabels, path)
  }

  private mutating func choose(
    _ rows: [[String]], _ reading: LabelledReading, _ needsLabels: Bool, _ path: String
  ) throws(RecurError) {
    let choice = try ColumnChoice(
      reading, columns: layout.columns, hasNames: layout.hasHeader, rows: rows,
      needsLabels: needsLabels, path: path)
    layout.textColumn = choice.text
    layout.labelColumn = choice.label
    layout.idColumn = choice.id
  }

  private static func refuseColumns(
    _ reading: LabelledReading, _ format: LabelledFormat, _ path: String
  ) throws(RecurError) {
    let names = [reading.textColumn, reading.labelColumn, reading.idColumn].compactMap(\.self)
    guard let name = names.first else { return }
    throw RecurError(
      .usage, "there is no column \"\(DisplayText.escaped(name))\": \(LabelledLayout(format))",
      at: .init(path: path), hint: "leave the column out, or name the format with --format")
  }
}

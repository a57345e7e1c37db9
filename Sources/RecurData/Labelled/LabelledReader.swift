public import RecurFiles
import RecurText

/// Reads the texts of a labelled file one after another, in constant memory.
///
///     var reader = try LabelledReader("reviews.csv.gz")
///     print(reader.layout)  // CSV, compressed, with a header: text in "review", label in "mood"
///     while let row = try reader.next() { print(row.label ?? "-", row.text) }
///
/// What the file is is told by its name (`.csv`, `.tsv`, `.tab`, `.jsonl`, `.ndjson`, `.fasttext`,
/// `.ft`, a folder; before `.gz` too), else by its first lines; gzip by its first bytes. A byte order
/// mark is dropped; lines end with LF or CRLF.
///
/// - **CSV** as RFC 4180 and Python's `csv` read it: quotes, doubled quotes, line ends in quotes; a
///   lone CR ends a row, as in Python. The delimiter is the one of `,` `;` and tab that parts the first
///   rows best.
/// - **TSV** has no quotes in most files: a review that begins with `"` is just text. So quotes are text
///   unless the first 256 KiB show that they are meant: at least one field is quoted, no quote stands
///   where RFC 4180 allows none, and all rows have equally many fields. The same holds for CSV whose
///   delimiter is a tab.
/// - **Header and columns** are detected: named columns win, then known names, then the cells.
/// - **JSON Lines**: the text is a string, label and id are strings, numbers or truth values.
/// - A **blank line** is no row, except in plain text, where it is an empty document.
///
/// A row that cannot be used (with another number of fields than the first, without a label where
/// labels are needed, not JSON, with ill-formed UTF-8 where no policy is given, …) is counted in `badRows` and left out, or is an error where the
/// reading is strict. An empty text is a text. A row may have 256 MiB.
public struct LabelledReader: ~Copyable {
  /// The file as the user named it; `-` is standard input.
  public let path: String
  /// What was found out about the file.
  public let layout: LabelledLayout
  /// The rows so far that could not be used.
  public private(set) var badRows = BadRows()

  private let reading: LabelledReading
  private let needsLabels: Bool
  private let stream: TextStream?
  private var folder: ClassFolder?
  private var records: RecordScanner
  private var lines = LineScanner()

  /// Opens a file and finds out what it holds.
  ///
  /// - Parameters:
  ///   - path: a regular file, a folder, or `-` for standard input.
  ///   - reading: how to read; what it leaves open is detected.
  ///   - needsLabels: whether a row without a label is bad, and a file without labels an error.
  /// - Throws: what `InputFile` throws for a file that cannot be read; `.badData` for an empty file, a
  ///   foreign encoding or format, an unclosed quote or a file without labels;
  ///   `.usage` for a column that is not there.
  public init(
    _ path: String, _ reading: LabelledReading = LabelledReading(), needsLabels: Bool = false
  ) throws(RecurError) {
    try self.init(path, reading, needsLabels: needsLabels, hashing: false)
  }

  init(
    _ path: String, _ reading: LabelledReading, needsLabels: Bool, hashing: Bool,
    pieceSize: Int = 256 << 10
  ) throws(RecurError) {
    let source = try Self.open(path, reading, needsLabels, hashing, pieceSize)
    self.path = path
    self.reading = reading
    self.needsLabels = needsLabels
    (layout, records, stream, folder) = source
  }

  private typealias Source = (LabelledLayout, RecordScanner, TextStream?, ClassFolder?)

  private static func open(
    _ path: String, _ reading: LabelledReading, _ needsLabels: Bool, _ hashing: Bool,
    _ pieceSize: Int
  ) throws(RecurError) -> Source {
    var records = RecordScanner(delimiter: ",", isQuoted: true)
    if path != InputFile.standardInput, ClassFolder.isFolder(path) {
      if let format = reading.format, format != .folder {
        throw RecurError(
          .usage, "this is a folder, not a file in the format \(format.rawValue)",
          at: .init(path: path), hint: "name a file, or leave the format out")
      }
      return (LabelledLayout(.folder), records, nil, try ClassFolder(path, hashing: hashing))
    }
    if reading.format == .folder {
      throw RecurError(
        .usage, "this is not a folder", at: .init(path: path),
        hint: "name the folder that holds one folder for each class, or leave the format out")
    }
    let stream = try TextStream(
      path, invalidUTF8: policy(reading), hashing: hashing, pieceSize: pieceSize)
    let layout = try LayoutDetection(stream, reading, needsLabels: needsLabels).layout
    if let delimiter = layout.delimiter {
      records = RecordScanner(delimiter: delimiter, isQuoted: layout.isQuoted)
      if layout.hasHeader {
        repeat {
          if try !records.next(from: stream) { break }
          if records.isUnclosed { throw records.unclosedQuote(path: path) }
        } while records.count == 0
      }
    }
    return (layout, records, stream, nil)
  }

  /// What the text is decoded with; nil lets ill-formed bytes through to the row that has them.
  private static func policy(_ reading: LabelledReading) -> InvalidUTF8Policy? {
    reading.invalidUTF8 ?? (reading.isStrict ? .stop : nil)
  }

  /// How many ill-formed stretches of UTF-8 were replaced or skipped so far.
  public var invalidSequenceCount: Int {
    if reading.invalidUTF8 == nil { return 0 }
    return folder?.invalidSequenceCount ?? stream?.invalidSequenceCount ?? 0
  }

  /// Whether the next row may have to wait for whoever writes to standard input.
  public var mayWait: Bool {
    guard let stream, path == InputFile.standardInput else { return false }
    return stream.position == stream.bytes.count && !stream.isAtEnd
  }

  /// The bytes read so far, and their SHA-256 if the reader hashes.
  var source: (byteCount: Int, sha256: String?) {
    if let folder { return (folder.byteCount, folder.sha256) }
    return stream?.source ?? (0, nil)
  }

  /// Reads the next row that can be used; nil at the end.
  ///
  /// - Throws: `.badData` for ill-formed UTF-8 where the policy is `.stop`, an unclosed quote, a
  ///   damaged archive, or the first bad row where the reading is strict; `.inputOutput`.
  public mutating func next() throws(RecurError) -> LabelledText? {
    guard let stream else { return try document() }
    while true {
      var outcome: Outcome
      switch layout.format {
      case .csv, .tsv:
        guard try records.next(from: stream) else { return nil }
        if records.isUnclosed { throw records.unclosedQuote(path: path) }
        if records.count == 0 { continue }
        outcome = record()
      case .jsonl:
        guard try lines.next(from: stream) else { return nil }
        if lines.isBlank { continue }
        outcome = object()
      case .fastText:
        guard try lines.next(from: stream) else { return nil }
        if lines.isBlank { continue }
        outcome = labelledLine()
      case .text, .folder:
        guard try lines.next(from: stream) else { return nil }
        outcome = .success(LabelledText(text: lines.text, line: lines.line))
      }
      // Only where the stream has met any, which is rare, are rows looked at.
      if stream.invalidSequenceCount > 0, Self.policy(reading) == nil,
        !(records.isValidUTF8 && lines.isValidUTF8)
      {
        outcome = .failure(.init(text: "the row is not valid UTF-8"))
      }
      switch outcome {
      case .success(let row) where needsLabels && row.label?.isEmpty ?? true:
        try refuse(line: row.line, "there is no label")
      case .success(let row): return row
      case .failure(let reason): try refuse(line: max(records.line, lines.line), reason.text)
      }
    }
  }

  private typealias Outcome = Result<LabelledText, JSONLine.Reason>

  /// Counts a bad row, or throws it.
  mutating func refuse(line: Int, _ reason: String) throws(RecurError) {
    if reading.isStrict {
      throw RecurError(
        .badData, reason, at: .init(path: path, line: line),
        hint: "correct the row; without --strict, bad rows are counted and left out")
    }
    badRows.add(BadRows.Row(path: path, line: line, reason: reason))
  }

  /// Reads the next document of the folder that can be used.
  private mutating func document() throws(RecurError) -> LabelledText? {
    while let (row, isValidUTF8) = try folder?.document(Self.policy(reading)) {
      if isValidUTF8 { return row }
      try refuse(
        line: row.line, "\(DisplayText.escaped(row.id ?? "")) is not valid UTF-8")
    }
    return nil
  }

  private func record() -> Outcome {
    guard records.count == layout.columns.count else {
      let fields = records.count == 1 ? "1 field" : "\(records.count) fields"
      return .failure(.init(text: "\(fields) where there should be \(layout.columns.count)"))
    }
    return .success(
      LabelledText(
        text: records[layout.textColumn ?? 0],
        label: layout.labelColumn.map { records[$0].trimmed },
        id: layout.idColumn.map { records[$0] }, line: records.line))
  }

  private func object() -> Outcome {
    switch JSONLine.parse(lines.bytes) {
    case .failure(let reason): return .failure(reason)
    case .success(let object):
      func value(_ column: Int?) -> JSONValue? { column.flatMap { object[layout.columns[$0]] } }
      guard let text = value(layout.textColumn)?.string else {
        let key = layout.title(of: layout.textColumn ?? 0)
        let what = value(layout.textColumn) == nil ? "there is no \(key)" : "\(key) is not a string"
        return .failure(.init(text: what))
      }
      return .success(
        LabelledText(
          text: text, label: JSONLine.text(value(layout.labelColumn))?.trimmed,
          id: JSONLine.text(value(layout.idColumn)), line: lines.line))
    }
  }

  private func labelledLine() -> Outcome {
    let line = FastTextLine(lines.bytes)
    if line.labels.count > 1 {
      return .failure(.init(text: "\(line.labels.count) labels where there should be one"))
    }
    return .success(LabelledText(text: line.text, label: line.labels.first, line: lines.line))
  }
}

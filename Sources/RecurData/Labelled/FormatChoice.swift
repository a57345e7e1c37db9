import RecurFiles

/// Which format a file has, by its name, else by its contents.
enum FormatChoice {
  /// By the ending of a name, of what comes before `.gz` too; nil where it says nothing.
  static func byName(_ path: String) -> LabelledFormat? {
    var name = FolderPath.name(of: path).lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return switch name[dot...] {
    case ".csv": .csv
    case ".tsv", ".tab": .tsv
    case ".jsonl", ".ndjson": .jsonl
    case ".fasttext", ".ft": .fastText
    default: nil
    }
  }

  /// By the first lines: an object of JSON; `__label__`; tabs, the same number of them in each line;
  /// a table of CSV with a name that is known in its header (or any table, where labels are needed);
  /// else plain text.
  static func byContents(
    _ sample: ArraySlice<UInt8>, isWhole: Bool, needsLabels: Bool
  ) throws(RecurError) -> LabelledFormat {
    let lines = sample.split(separator: UInt8(ascii: "\n"), maxSplits: 20)
    guard let first = lines.first(where: { !$0.allSatisfy { $0 <= 0x20 } }) else { return .text }
    let begin = first.drop { $0 <= 0x20 }
    if begin.first == UInt8(ascii: "{"), JSONLine.object(Array(first)) != nil || lines.count == 1 {
      return .jsonl
    }
    if begin.starts(with: FastTextLine.mark) { return .fastText }
    if try DelimitedSample.tabs(sample, isWhole: isWhole).isTable { return .tsv }
    let table = try DelimitedSample.detected(sample, isWhole: isWhole)
    if table.isTable, table.delimiter != "\t",
      ColumnNames.areNames(table.records[0]) || (needsLabels && table.records.count > 1)
    {
      return .csv
    }
    return .text
  }
}

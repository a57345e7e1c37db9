/// How a file holds texts and their labels. Each but `folder` may be compressed by gzip.
public enum LabelledFormat: String, CaseIterable, Codable, Sendable {
  /// Separated by commas, semicolons or tabs, with the quotes of RFC 4180.
  case csv
  /// Separated by tabs; quotes are text unless the file shows that they are meant (see
  /// `LabelledReader`).
  case tsv
  /// JSON Lines: one object a line.
  case jsonl
  /// fastText's: `__label__NAME text`, one a line.
  case fastText = "fasttext"
  /// Plain text: one document a line, without labels.
  case text
  /// A folder with one folder of `.txt` files for each class, named as the class.
  case folder
}

public import RecurText

/// How labelled files are to be read; what is not said is detected.
public struct LabelledReading: Sendable, Equatable {
  /// The format; nil: told by the name, else by the contents.
  public var format: LabelledFormat?
  /// The column (or JSON key) of the text, by its name or, in CSV and TSV, its number from 1; nil:
  /// detected.
  public var textColumn: String?
  /// The column of the label, as `textColumn`.
  public var labelColumn: String?
  /// The column of the row's name, as `textColumn`; nil: detected, and there may be none.
  public var idColumn: String?
  /// What to do with bytes that are not valid UTF-8; nil: a row that has some is a bad row.
  public var invalidUTF8: InvalidUTF8Policy?
  /// Whether the first bad row is an error instead of being counted and left out.
  public var isStrict: Bool
  /// Whether rows are wanted as soon as they arrive: formats and columns are then told by the first
  /// line (in CSV and TSV two) instead of the first 256 KiB.
  public var isLive: Bool

  /// Says how to read.
  public init(
    format: LabelledFormat? = nil, textColumn: String? = nil, labelColumn: String? = nil,
    idColumn: String? = nil, invalidUTF8: InvalidUTF8Policy? = nil, isStrict: Bool = false,
    isLive: Bool = false
  ) {
    self.format = format
    self.textColumn = textColumn
    self.labelColumn = labelColumn
    self.idColumn = idColumn
    self.invalidUTF8 = invalidUTF8
    self.isStrict = isStrict
    self.isLive = isLive
  }
}

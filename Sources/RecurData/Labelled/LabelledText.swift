/// One text of a labelled file.
public struct LabelledText: Sendable, Equatable {
  /// The text as it stands in the file; it may be empty.
  public var text: String
  /// Its label without the white space around it; nil where the file has none.
  public var label: String?
  /// What the file calls the row, carried through to the output; nil where the file has none.
  public var id: String?
  /// The line that the row begins in, from 1.
  public var line: Int

  /// Makes a text.
  public init(text: String, label: String? = nil, id: String? = nil, line: Int) {
    self.text = text
    self.label = label
    self.id = id
    self.line = line
  }
}

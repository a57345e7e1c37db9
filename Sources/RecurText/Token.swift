/// A token and where it comes from.
public struct Token: Sendable, Equatable {
  /// Its number in the vocabulary.
  public var id: Int32
  /// The bytes of the source that it stands for, before folding and normalization.
  public var range: Range<Int>

  /// Places a token in a source.
  public init(id: Int32, range: Range<Int>) {
    self.id = id
    self.range = range
  }
}

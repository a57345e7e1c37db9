/// A corpus on disk, checked against the manifest.
public struct FetchedCorpus: Sendable, Equatable {
  /// The file.
  public let path: String
  /// Its size in bytes.
  public let bytes: Int
  /// Its number of code points.
  public let characters: Int
  /// Whether it was there before, with the right content, so that nothing was fetched.
  public let wasPresent: Bool

  /// Describes a corpus on disk.
  public init(path: String, bytes: Int, characters: Int, wasPresent: Bool) {
    self.path = path
    self.bytes = bytes
    self.characters = characters
    self.wasPresent = wasPresent
  }
}

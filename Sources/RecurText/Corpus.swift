import CText

/// A text in memory: valid UTF-8, held once, and where it comes from.
public struct Corpus: Sendable, Equatable {
  /// A file that a corpus was read from.
  public struct Source: Sendable, Equatable {
    /// The file as the user named it; `-` is standard input.
    public let path: String
    /// Its bytes in the corpus.
    public let range: Range<Int>
    /// The SHA-256 of the file as it was read, in hexadecimal.
    public let sha256: String
    /// How many ill-formed stretches were replaced or skipped.
    public let invalidSequenceCount: Int
  }

  /// The text.
  public let utf8: [UInt8]
  /// The files, in the order in which they stand in the text; none for a text from memory.
  public let sources: [Source]

  /// A text from memory.
  public init(text: String) {
    utf8 = Array(text.utf8)
    sources = []
  }

  init(utf8: [UInt8], sources: [Source]) {
    self.utf8 = utf8
    self.sources = sources
  }

  /// How many bytes the text has.
  public var byteCount: Int { utf8.count }

  /// How many code points the text has; counted anew each time.
  public var characterCount: Int {
    utf8.withUnsafeBufferPointer { ctext_code_point_count($0.baseAddress, $0.count) }
  }

  /// How many ill-formed stretches were replaced or skipped in all files.
  public var invalidSequenceCount: Int { sources.reduce(0) { $0 + $1.invalidSequenceCount } }
}

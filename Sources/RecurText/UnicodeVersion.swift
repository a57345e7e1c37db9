import CText

/// Which rules of Unicode a text was cut by.
public struct UnicodeVersion: Sendable, Equatable, Codable {
  /// The version of ICU, for example "72.1".
  public var icu: String
  /// The version of Unicode, for example "15.0".
  public var unicode: String

  /// Names a pair of versions.
  public init(icu: String, unicode: String) {
    self.icu = icu
    self.unicode = unicode
  }

  /// The versions in use.
  public static var current: UnicodeVersion {
    UnicodeVersion(
      icu: String(cString: ctext_icu_version()), unicode: String(cString: ctext_unicode_version()))
  }
}

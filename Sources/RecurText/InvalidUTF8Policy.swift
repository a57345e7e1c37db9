/// What to do with bytes of a file that are not valid UTF-8.
public enum InvalidUTF8Policy: String, CaseIterable, Codable, Sendable {
  /// Stop with an error that names the byte and the line.
  case stop
  /// Put U+FFFD in the place of each ill-formed stretch (Unicode's maximal subparts).
  case replace
  /// Leave them out.
  case skip
}

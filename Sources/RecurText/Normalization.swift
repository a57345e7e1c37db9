import CText

/// Unicode's normalization forms (UAX #15), applied to a text before it is cut.
public enum Normalization: String, CaseIterable, Codable, Sendable {
  /// The text as it is.
  case none
  /// Canonical composition: é is one code point.
  case nfc
  /// Canonical decomposition: é is two.
  case nfd
  /// Compatibility composition: ﬁ becomes fi as well. It loses distinctions.
  case nfkc
  /// Compatibility decomposition.
  case nfkd

  var form: ctext_form {
    switch self {
    case .none: CTEXT_AS_IS
    case .nfc: CTEXT_NFC
    case .nfd: CTEXT_NFD
    case .nfkc: CTEXT_NFKC
    case .nfkd: CTEXT_NFKD
    }
  }
}

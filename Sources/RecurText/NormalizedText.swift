/// A text after case folding and normalization, with the byte ranges of the source.
public struct NormalizedText: Sendable, Equatable {
  /// The text as UTF-8.
  public let utf8: [UInt8]
  /// For each byte of `utf8` the range of the source that it comes from.
  private let ranges: [Range<Int>]

  /// Folds case where asked (full folding of the standard, for no locale in particular), then
  /// normalizes.
  ///
  /// - Parameter source: UTF-8; ill-formed bytes become U+FFFD where anything is changed.
  public init(_ source: [UInt8], _ normalization: Normalization, caseFolding: Bool = false) {
    (utf8, ranges) = source.withUnsafeBufferPointer { buffer in
      let text = TransformedText(buffer, normalization: normalization, caseFolding: caseFolding)
      return withExtendedLifetime(text) {
        (Array(text.utf8), text.utf8.indices.map { text.sourceRange(of: $0..<($0 + 1)) })
      }
    }
  }

  /// The smallest range of the source that makes a range of this text, which must not be empty.
  public func sourceRange(of range: Range<Int>) -> Range<Int> {
    precondition(
      !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= utf8.count,
      "\(range) is no part of \(utf8.count) bytes")
    return ranges[range.lowerBound].lowerBound..<ranges[range.upperBound - 1].upperBound
  }
}

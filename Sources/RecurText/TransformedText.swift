import CText

/// A text with its case folded and then normalized, and the way back to the source.
final class TransformedText {
  /// The result; it borrows the source where nothing was to be changed.
  let utf8: UnsafeBufferPointer<UInt8>
  private let edits: UnsafeBufferPointer<ctext_edit>
  private var owned: ctext_transformed

  /// - Parameter source: UTF-8 that outlives this value; ill-formed bytes become U+FFFD where
  ///   anything is changed.
  init(
    _ source: UnsafeBufferPointer<UInt8>, normalization: Normalization, caseFolding: Bool
  ) {
    var owned = ctext_transformed()
    guard
      ctext_transform(
        source.baseAddress, source.count, normalization.form, caseFolding, &owned)
    else {
      preconditionFailure("ICU \(UnicodeVersion.current.icu) has no data for \(normalization)")
    }
    utf8 =
      owned.bytes.map { UnsafeBufferPointer(start: UnsafePointer($0), count: owned.length) }
      ?? source
    edits = UnsafeBufferPointer(start: UnsafePointer(owned.edits), count: owned.edit_count)
    self.owned = owned
  }

  deinit {
    ctext_transformed_release(&owned)
  }

  /// Whether the result is the source, byte for byte.
  var isUnchanged: Bool { edits.isEmpty }

  /// The smallest range of the source that makes a range of the result.
  ///
  /// A result that is part of one replacement (the f of ﬁ under NFKC) comes from the whole of what
  /// was replaced.
  func sourceRange(of range: Range<Int>) -> Range<Int> {
    if isUnchanged { return range }
    return sourceBegin(range.lowerBound)..<sourceEnd(range.upperBound)
  }

  private func sourceBegin(_ position: Int) -> Int {
    guard let edit = lastEdit(where: { $0.result <= position }) else { return position }
    let end = Int(edit.result + edit.result_length)
    if position < end { return Int(edit.source) }
    return position - end + Int(edit.source + edit.source_length)
  }

  private func sourceEnd(_ position: Int) -> Int {
    guard let edit = lastEdit(where: { $0.result < position }) else { return position }
    let end = Int(edit.result + edit.result_length)
    return max(position - end, 0) + Int(edit.source + edit.source_length)
  }

  /// The last of the edits, which are in order, for which a predicate still holds.
  private func lastEdit(where holds: (ctext_edit) -> Bool) -> ctext_edit? {
    var low = 0
    var high = edits.count
    while low < high {
      let middle = (low + high) / 2
      if holds(edits[middle]) { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : edits[low - 1]
  }
}

import CText

/// Cuts texts, one at a time. Making one is a cheap clone of ICU's iterator.
struct SegmentCursor: ~Copyable {
  /// How many ends are asked for at once: few enough to stay in the first-level cache.
  private static let batch = 1024
  private let segmenter: OpaquePointer

  /// - Parameter plain: leave out the short cuts for plain text and ask ICU for everything.
  init(_ unit: TextUnit, plain: Bool = false) {
    guard let segmenter = ctext_segmenter_create(unit.kind, plain) else {
      preconditionFailure("ICU \(UnicodeVersion.current.icu) has no rules for \(unit) boundaries")
    }
    self.segmenter = segmenter
  }

  deinit { ctext_segmenter_destroy(segmenter) }

  /// Calls `body` with where a run of pieces begins and where each of them ends.
  func forEachBatch(
    in utf8: UnsafeBufferPointer<UInt8>,
    _ body: (_ begin: Int, _ ends: UnsafeBufferPointer<Int64>) -> Void
  ) {
    guard let base = utf8.baseAddress, !utf8.isEmpty else { return }
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.batch) { ends in
      ctext_segmenter_begin(segmenter, base, utf8.count)
      var begin = 0
      while true {
        let count = ctext_segmenter_next(segmenter, ends.baseAddress, ends.count)
        if count == 0 { return }
        body(begin, UnsafeBufferPointer(rebasing: ends[..<count]))
        begin = Int(ends[count - 1])
      }
    }
  }
}

import RecurTensors

/// How work on independent scalars is shared between threads.
package enum Elementwise {
  /// Fewer scalars than this are done by the caller: waking a thread takes longer. Fixed, so that
  /// the number of threads changes nothing but the time.
  private static let leastCount = 1 << 14

  /// Runs `body` on parts of `0..<count`, for work whose result does not depend on where it is cut.
  package static func forEachPart(of count: Int, _ body: (Range<Int>) -> Void) {
    if count < leastCount {
      ThreadTeam.current.forEachChunk(1) { _ in body(0..<count) }
    } else {
      ThreadTeam.current.forEachPart(of: count, multiple: 64, body)
    }
  }

  /// As `forEachPart(of:_:)` for rows of `width` scalars each.
  package static func forEachPart(
    ofRows rows: Int, width: Int, _ body: (Range<Int>) -> Void
  ) {
    if rows * width < leastCount {
      ThreadTeam.current.forEachChunk(1) { _ in body(0..<rows) }
    } else {
      ThreadTeam.current.forEachPart(of: rows, body)
    }
  }

  /// As `forEachPart(of:_:)` for columns of `height` scalars each, in whole vectors.
  package static func forEachPart(
    ofColumns columns: Int, height: Int, _ body: (Range<Int>) -> Void
  ) {
    if columns * height < leastCount {
      ThreadTeam.current.forEachChunk(1) { _ in body(0..<columns) }
    } else {
      ThreadTeam.current.forEachPart(of: columns, multiple: 16, body)
    }
  }
}

import CText

/// The merges of byte-pair encoding, in the order in which they are applied.
final class MergeTable: Sendable, Equatable {
  /// Two tokens that stand side by side, and the one that takes their place.
  struct Merge: Sendable, Equatable {
    var left: Int32
    var right: Int32
    var result: Int32
  }

  /// The most merges.
  static let maximumCount = 1 << 24
  /// No merges.
  static let none = MergeTable()

  let merges: [Merge]
  nonisolated(unsafe) private let table: OpaquePointer

  private init() {
    merges = []
    table = Self.table(for: 0)
  }

  /// Makes a table; nil where a pair comes twice.
  init?(_ merges: [Merge]) {
    precondition(merges.count <= Self.maximumCount, "\(merges.count) merges")
    self.merges = merges
    table = Self.table(for: merges.count)
    for merge in merges {
      if !ctext_merges_add(table, merge.left, merge.right, merge.result) { return nil }
    }
  }

  deinit { ctext_merges_destroy(table) }

  private static func table(for count: Int) -> OpaquePointer {
    guard let table = ctext_merges_create(count) else { preconditionFailure("out of memory") }
    return table
  }

  /// Merges neighbours: again and again the pair that was learnt first, from left to right.
  func apply(to ids: inout [Int32], from begin: Int) {
    let count = ids.withUnsafeMutableBufferPointer { buffer in
      let rest = UnsafeMutableBufferPointer(rebasing: buffer[begin...])
      return ctext_merges_apply(table, rest.baseAddress, rest.count)
    }
    ids.removeLast(ids.count - begin - count)
  }

  static func == (left: MergeTable, right: MergeTable) -> Bool {
    left === right || left.merges == right.merges
  }
}

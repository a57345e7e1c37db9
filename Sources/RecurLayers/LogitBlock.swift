/// How many logits are in memory at once.
package enum LogitBlock {
  /// The most scalars of a block: by default 2²⁴, 64 MB in single precision.
  @TaskLocal package static var limit = 1 << 24

  /// The rows of a block of logits over `columns` tokens. They depend on nothing else, so that the
  /// sums over blocks are the same for any number of threads.
  static func rows(columns: Int) -> Int {
    let rows = max(1, limit / columns)
    // Whole tasks of a matrix product.
    return rows > 96 ? rows / 96 * 96 : rows
  }
}

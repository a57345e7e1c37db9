/// A matrix of zeros and ones, row by row: the columns of the ones.
struct SparseRows {
  /// Where each row begins in `columns`, and where the last one ends, (N + 1).
  private(set) var starts = [0]
  /// The columns of the ones, ascending in each row.
  private(set) var columns: [Int32] = []

  /// N.
  var count: Int { starts.count - 1 }

  /// Adds a row.
  mutating func append(_ row: [Int32]) {
    columns.append(contentsOf: row)
    starts.append(columns.count)
  }

  /// The columns of the ones of a row.
  func row(_ index: Int) -> ArraySlice<Int32> { columns[starts[index]..<starts[index + 1]] }
}

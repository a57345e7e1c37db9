import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// The natural logarithm in double precision.
package func logarithm(_ x: Double) -> Double { log(x) }
/// The cosine in double precision.
package func cosine(_ x: Double) -> Double { cos(x) }

/// A matrix in memory: rows, columns, and the distance between the starts of two rows.
package struct MatrixView {
  package let pointer: UnsafePointer<Real>
  package let rows: Int
  package let columns: Int
  package let leading: Int

  package init(_ pointer: UnsafePointer<Real>, rows: Int, columns: Int, leading: Int? = nil) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.leading = leading ?? columns
  }
}

/// Products of large matrices, by OpenBLAS: one call at a time for each thread of the team, with the
/// library's own threading off.
package enum MatrixProduct {
  /// Rows of the result that one call computes. The cut never depends on the number of threads, so
  /// neither do the bits.
  private static let chunkRows = 256

  // OpenBLAS's own threads would fight with the team's for the processors.
  private static let isConfigured: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// c = a · b, or c += a · b where `accumulate`; `aᵀ` or `bᵀ` takes the place of `a` or `b` where
  /// asked for.
  package static func compute(
    _ a: MatrixView, transposed transposeA: Bool = false,
    _ b: MatrixView, transposed transposeB: Bool = false,
    into c: UnsafeMutablePointer<Real>, leading: Int? = nil, accumulate: Bool = false
  ) {
    let rows = transposeA ? a.columns : a.rows
    let inner = transposeA ? a.rows : a.columns
    let columns = transposeB ? b.rows : b.columns
    precondition(
      inner == (transposeB ? b.columns : b.rows),
      "a product of (\(rows), \(inner)) and (\(transposeB ? b.columns : b.rows), \(columns))")
    precondition(isConfigured)
    let leading = leading ?? columns
    if rows == 0 || columns == 0 { return }
    if inner == 0 {
      if !accumulate {
        for row in 0..<rows { (c + row * leading).update(repeating: 0, count: columns) }
      }
      return
    }
    let chunks = (rows + chunkRows - 1) / chunkRows
    ThreadTeam.current.forEachChunk(chunks) { chunk in
      let first = chunk * chunkRows
      let count = min(chunkRows, rows - first)
      #if DoublePrecision
        let function = cblas_dgemm
      #else
        let function = cblas_sgemm
      #endif
      function(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans,
        blasint(count), blasint(columns), blasint(inner), 1,
        a.pointer + (transposeA ? first : first * a.leading), blasint(a.leading),
        b.pointer, blasint(b.leading), accumulate ? 1 : 0,
        c + first * leading, blasint(leading))
    }
  }
}

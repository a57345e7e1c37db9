import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// The natural logarithm in double precision.
package func logarithm(_ x: Double) -> Double { log(x) }
/// The exponential in double precision.
package func exponential(_ x: Double) -> Double { exp(x) }
/// The cosine in double precision.
package func cosine(_ x: Double) -> Double { cos(x) }

/// A matrix in memory, as it stands or transposed.
package struct MatrixView {
  package let pointer: UnsafePointer<Real>
  /// Rows and columns of the matrix that is meant, after any transposition.
  package let rows: Int
  package let columns: Int
  /// The distance between the starts of two rows in memory, in elements.
  package let leading: Int
  /// Whether the elements are bfloat16, two in the place of each scalar: only kernels that round factors take these.
  package let isInPairs: Bool
  fileprivate let isTransposed: Bool

  /// A matrix whose rows lie `leading` elements apart, by default one behind the other.
  package init(
    _ pointer: UnsafePointer<Real>, rows: Int, columns: Int, leading: Int? = nil,
    isInPairs: Bool = false
  ) {
    self.init(
      pointer: pointer, rows: rows, columns: columns, leading: leading ?? columns,
      isInPairs: isInPairs, isTransposed: false)
  }

  private init(
    pointer: UnsafePointer<Real>, rows: Int, columns: Int, leading: Int, isInPairs: Bool,
    isTransposed: Bool
  ) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.leading = leading
    self.isInPairs = isInPairs
    self.isTransposed = isTransposed
  }

  /// The transpose, without moving anything.
  package var transposed: MatrixView {
    MatrixView(
      pointer: pointer, rows: columns, columns: rows, leading: leading, isInPairs: isInPairs,
      isTransposed: !isTransposed)
  }

  /// What stands some elements behind the first, an even number of them where they are pairs.
  package func pointer(at distance: Int) -> UnsafePointer<Real> {
    pointer + (isInPairs ? distance / 2 : distance)
  }
}

/// Products of large matrices: by the kernels where the processor has vector multiply-add, else (and
/// in double precision) by OpenBLAS, if it is installed.
package enum MatrixProduct {
  private static let usesKernels =
    Kernels.table.rounds_factors || Kernels.name != "portable" || recur_openblas() == nil

  /// Rows of the result that one call computes. The cut never depends on the number of threads, so
  /// neither do the bits.
  private static let chunkRows = 256

  /// c = a · b, or c += a · b where `accumulate`; the rows of c lie `leading` scalars apart, by
  /// default one behind the other. The left matrix may be in pairs where the kernels round factors.
  package static func compute(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Real>, leading: Int? = nil,
    accumulate: Bool = false
  ) {
    let (rows, inner, columns) = (a.rows, a.columns, b.columns)
    precondition(inner == b.rows, "(\(rows), \(inner)) times (\(b.rows), \(columns))")
    precondition(!b.isInPairs, "a right matrix in pairs")
    precondition(!a.isInPairs || Kernels.table.rounds_factors, "pairs for kernels that take none")
    let leading = leading ?? columns
    if rows == 0 || columns == 0 { return }
    if inner == 0 {
      if !accumulate {
        for row in 0..<rows { (c + row * leading).update(repeating: 0, count: columns) }
      }
      return
    }
    if !usesKernels, let library = recur_openblas() {
      compute(a, b, into: c, leading: leading, accumulate: accumulate, by: library.pointee)
    } else {
      computeByKernels(a, b, into: c, leading: leading, accumulate: accumulate)
    }
  }

  /// The columns of the result that one task computes, where they are cut. The sum over the inner dimension has
  /// one order whatever the cut.
  private static let taskColumns = 512

  private static func computeByKernels(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Real>, leading: Int,
    accumulate: Bool
  ) {
    let panel = Int(RECUR_PANEL)
    let panelCount = (b.columns + panel - 1) / panel
    let panelSize = Kernels.table.panelSize(b.rows)
    var packed = Tensor(unwritten: [panelCount, panelSize])
    let panels = packed.mutablePointer
    let team = ThreadTeam.current
    team.forEachPart(of: panelCount) { part in
      if b.isTransposed {
        Kernels.table.pack_rows(
          panels, b.pointer, Int64(b.columns), Int64(b.rows), Int64(b.leading),
          Int64(part.lowerBound), Int64(part.upperBound), 1)
      } else {
        Kernels.table.pack_columns(
          panels, b.pointer, Int64(b.rows), Int64(b.columns), Int64(b.leading),
          Int64(part.lowerBound), Int64(part.upperBound))
      }
    }
    // As many for each thread: with five and a half, one would wait for the other.
    let threads = team.threadCount
    let (taskRows, tileRows) = (Int(Kernels.table.block_rows), Int(Kernels.table.rows_together))
    let tiles = (a.rows + tileRows - 1) / tileRows
    let rowTasks = min(
      tiles, ((a.rows + taskRows - 1) / taskRows + threads - 1) / threads * threads)
    let columnTasks =
      rowTasks >= 4 * threads ? 1 : (b.columns + taskColumns - 1) / taskColumns
    let width = columnTasks == 1 ? b.columns : taskColumns
    let (rowStride, stepStride) = a.isTransposed ? (1, a.leading) : (a.leading, 1)
    // The panels, which only their address is known of, have to live until the last product.
    defer { withExtendedLifetime(packed) {} }
    team.forEachChunk(rowTasks * columnTasks) { task in
      let (index, column) = (task / columnTasks, task % columnTasks * width)
      let row = tiles * index / rowTasks * tileRows
      let end = min(a.rows, tiles * (index + 1) / rowTasks * tileRows)
      Kernels.table.large_product(
        Int64(end - row), Int64(min(width, b.columns - column)), Int64(b.rows),
        a.pointer(at: row * rowStride), a.isInPairs, Int64(rowStride), Int64(stepStride),
        panels + column / panel * panelSize, c + row * leading + column, Int64(leading), accumulate)
    }
  }

  private static func compute(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Real>, leading: Int,
    accumulate: Bool, by library: recur_openblas
  ) {
    let (rows, inner, columns) = (a.rows, a.columns, b.columns)
    let chunks = (rows + chunkRows - 1) / chunkRows
    #if DoublePrecision
      let product = library.dgemm
    #else
      let product = library.sgemm
    #endif
    guard let product else { preconditionFailure("OpenBLAS without its products") }
    func transposition(of matrix: MatrixView) -> recur_blas_transposition {
      matrix.isTransposed ? RECUR_BLAS_TRANSPOSED : RECUR_BLAS_AS_IT_IS
    }
    ThreadTeam.current.forEachChunk(chunks) { chunk in
      let first = chunk * chunkRows
      product(
        RECUR_BLAS_ROW_MAJOR, transposition(of: a), transposition(of: b),
        Int32(min(chunkRows, rows - first)), Int32(columns), Int32(inner), 1,
        a.pointer + (a.isTransposed ? first : first * a.leading), Int32(a.leading), b.pointer,
        Int32(b.leading), accumulate ? 1 : 0, c + first * leading, Int32(leading))
    }
  }
}

import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

/// Logistic regression with an L2 penalty on sparse rows, by coordinate descent in the dual (Yu, Huang
/// and Lin, "Dual coordinate descent methods for logistic regression and maximum entropy models",
/// 2011).
///
///     min over w, b   ½ (‖w‖² + b²) + cost · Σ log(1 + exp(-y (s Σ_j r_j w_j + b)))
///
/// where j runs over the ones of a row, r scales the columns and s the rows to length 1. Only the
/// products r_j w_j are held: they are what a row's score sums.
struct LogisticDual {
  /// A column: what a one in it adds to the score, and r².
  struct Column {
    var weight: Double
    var squaredScale: Double
  }

  /// The columns, fitted.
  private(set) var columns: [Column]
  /// b.
  private(set) var bias = 0.0

  /// Fits; the same bits for the same arguments.
  ///
  /// - Parameters:
  ///   - rows: The texts.
  ///   - isPositive: Whether y is 1, else it is -1, (N).
  ///   - scales: r, (J).
  ///   - cost: The weight of the loss against the penalty.
  ///   - tolerance: The greatest derivative of the dual that counts as none.
  init(
    _ rows: SparseRows, isPositive: [Bool], scales: [Double], cost: Double,
    tolerance: Double = 0.01, mostPasses: Int = 200
  ) {
    columns = scales.map { Column(weight: 0, squaredScale: $0 * $0) }
    // A dual variable lies between 0 and the cost; both distances are held, as either may be tiny.
    let least = min(0.001 * cost, 1e-8)
    var lower = [Double](repeating: least, count: rows.count)
    var upper = [Double](repeating: cost - least, count: rows.count)
    let rowScales = (0..<rows.count).map { Self.scale(of: rows.row($0), columns) }
    for row in 0..<rows.count {
      add(isPositive[row] ? least : -least, times: rows.row(row), scaledBy: rowScales[row])
    }
    var generator = SeededGenerator(seed: 0)
    var order = Array(0..<rows.count)
    var innerTolerance = 1e-2
    for _ in 0..<mostPasses {
      order.shuffle(using: &generator)
      var greatest = 0.0
      var newtonSteps = 0
      for row in order {
        let y = isPositive[row] ? 1.0 : -1.0
        let scale = rowScales[row]
        let margin = y * score(of: rows.row(row), scaledBy: scale)
        // A row of length 1 and the constant; a row without ones has the constant alone.
        let curvature = scale > 0 ? 2.0 : 1.0
        // The one of the two distances that must grow from below: Newton's steps then never overshoot.
        let isFlipped = 0.5 * curvature * (upper[row] - lower[row]) + margin < 0
        let old = isFlipped ? upper[row] : lower[row]
        let slope = isFlipped ? -margin : margin
        var z = cost - old < 0.5 * cost ? 0.1 * old : old
        var derivative = curvature * (z - old) + slope + log(z / (cost - z))
        greatest = max(greatest, abs(derivative))
        var steps = 0
        while abs(derivative) >= innerTolerance, steps < 100 {
          let next = z - derivative / (curvature + cost / (cost - z) / z)
          z = next <= 0 ? 0.1 * z : next >= cost ? (z + cost) / 2 : next
          derivative = curvature * (z - old) + slope + log(z / (cost - z))
          steps += 1
        }
        if steps == 0 { continue }
        newtonSteps += steps
        lower[row] = isFlipped ? cost - z : z
        upper[row] = isFlipped ? z : cost - z
        add(
          (isFlipped ? old - z : z - old) * y, times: rows.row(row), scaledBy: scale)
      }
      if greatest < tolerance { break }
      if newtonSteps <= rows.count / 10 { innerTolerance = max(1e-8, 0.1 * innerTolerance) }
    }
  }

  /// The score of a row: above 0 speaks for y = 1.
  func score(of row: ArraySlice<Int32>) -> Double {
    score(of: row, scaledBy: Self.scale(of: row, columns))
  }

  private func score(of row: ArraySlice<Int32>, scaledBy scale: Double) -> Double {
    var sum = 0.0
    columns.withUnsafeBufferPointer { columns in
      row.withUnsafeBufferPointer { row in
        for column in row { sum += columns[Int(column)].weight }
      }
    }
    return scale * sum + bias
  }

  private mutating func add(
    _ amount: Double, times row: ArraySlice<Int32>, scaledBy scale: Double
  ) {
    let amountOfColumns = amount * scale
    columns.withUnsafeMutableBufferPointer { columns in
      row.withUnsafeBufferPointer { row in
        for column in row {
          columns[Int(column)].weight += amountOfColumns * columns[Int(column)].squaredScale
        }
      }
    }
    bias += amount
  }

  /// What makes a row's length 1; 0 for a row without ones.
  private static func scale(of row: ArraySlice<Int32>, _ columns: [Column]) -> Double {
    let squared = row.reduce(0.0) { $0 + columns[Int($1)].squaredScale }
    return squared > 0 ? 1 / squared.squareRoot() : 0
  }
}

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
/// where j runs over the ones of a row, r scales the columns and s the rows. Only the products r_j w_j are
/// held: they are what a row's score sums.
struct LogisticDual {
  /// A column: what a one in it adds to the score, and r².
  struct Column {
    var weight: Double
    var squaredScale: Double
  }

  /// What scales the rows, s.
  enum RowScale {
    /// One over the length of the row: it becomes 1.
    case length
    /// One over the root of the number of ones, for which a row's score needs nothing but the weights.
    case count
  }

  /// The columns, fitted.
  private(set) var columns: [Column]
  /// b.
  private(set) var bias = 0.0
  private let rowScale: RowScale

  /// Fits; the same bits for the same arguments.
  ///
  /// - Parameters:
  ///   - rows: The texts.
  ///   - isPositive: Whether y is 1, else it is -1, (N).
  ///   - scales: r, (J).
  ///   - rowScale: s.
  ///   - cost: The weight of the loss against the penalty.
  ///   - tolerance: The greatest derivative of the dual that counts as none.
  init(
    _ rows: SparseRows, isPositive: [Bool], scales: [Double], rowScale: RowScale, cost: Double,
    tolerance: Double = 0.01, mostPasses: Int = 200
  ) {
    self.rowScale = rowScale
    columns = scales.map { Column(weight: 0, squaredScale: $0 * $0) }
    // A dual variable lies between 0 and the cost; both distances are held, as either may be tiny.
    let least = min(0.001 * cost, 1e-8)
    var lower = [Double](repeating: least, count: rows.count)
    var upper = [Double](repeating: cost - least, count: rows.count)
    let rowScales = (0..<rows.count).map { scale(of: rows.row($0)) }
    // The squared length of each row with the constant, a column of ones.
    let curvatures = (0..<rows.count).map { row in
      1 + rowScales[row] * rowScales[row] * squaredLength(of: rows.row(row))
    }
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
        let curvature = curvatures[row]
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
    score(of: row, scaledBy: scale(of: row))
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

  /// s of a row; 0 for a row without ones.
  private func scale(of row: ArraySlice<Int32>) -> Double {
    let squared = rowScale == .count ? Double(row.count) : squaredLength(of: row)
    return squared > 0 ? 1 / squared.squareRoot() : 0
  }

  /// The squared length of a row before it is scaled.
  private func squaredLength(of row: ArraySlice<Int32>) -> Double {
    row.reduce(0.0) { $0 + columns[Int($1)].squaredScale }
  }

  /// log of how much commoner each column is in the rows of a class than in the others, each counted once
  /// more than it occurs: r of Wang and Manning (2012), (J).
  static func logCountRatios(
    _ rows: SparseRows, isPositive: [Bool], columnCount: Int
  ) -> [Double] {
    var inside = [Double](repeating: 1, count: columnCount)
    var outside = inside
    for row in 0..<rows.count {
      for column in rows.row(row) {
        if isPositive[row] { inside[Int(column)] += 1 } else { outside[Int(column)] += 1 }
      }
    }
    let shift = log(outside.reduce(0, +) / inside.reduce(0, +))
    return zip(inside, outside).map { log($0 / $1) + shift }
  }
}

#if canImport(Glibc)
  import Glibc
#endif

/// The mean log loss of the softmax of Σ_p s_p · parts_p as a function of the scales s. It is convex.
struct ScaledSumLoss {
  /// What is summed: each (N, C) row by row.
  let parts: [[Float]]
  let labels: [Int]  // (N)
  let classCount: Int

  /// The loss in nats.
  func value(at scales: [Double]) -> Double {
    var sum = 0.0
    forEachRow(at: scales) { _, _, shortfall, weights in
      sum += log(weights.reduce(0, +)) + shortfall
    }
    return sum / Double(labels.count)
  }

  /// The scales of the least loss, each within its range: Newton's steps, cut to the ranges, and halved until
  /// the loss falls.
  func minimum(within ranges: [ClosedRange<Double>], from start: [Double]) -> [Double] {
    var scales = start
    var least = value(at: scales)
    for _ in 0..<200 {
      let step = newtonStep(at: scales, within: ranges)
      var (factor, next, loss) = (1.0, scales, least)
      // Rounding hides the fall in the end.
      repeat {
        next = scales.indices.map {
          min(max(scales[$0] - factor * step[$0], ranges[$0].lowerBound), ranges[$0].upperBound)
        }
        loss = value(at: next)
        factor /= 2
      } while loss >= least && factor > 1e-9
      if loss >= least { break }
      (scales, least) = (next, loss)
    }
    return scales
  }

  /// The curvature's inverse times the slope, over the scales that may move: one at the end of its range,
  /// pressed against it, stays.
  private func newtonStep(at scales: [Double], within ranges: [ClosedRange<Double>]) -> [Double] {
    let (slope, curvature) = derivatives(at: scales)
    let free = scales.indices.filter {
      slope[$0] > 0
        ? scales[$0] > ranges[$0].lowerBound : scales[$0] < ranges[$0].upperBound
    }
    var step = [Double](repeating: 0, count: scales.count)
    // A little more than the curvature, so that parts that are the same have a step too.
    let ridge = 1e-12 * curvature.enumerated().reduce(1e-12) { max($0, $1.element[$1.offset]) }
    if free.count == 2 {
      let (a, b, c) = (curvature[0][0] + ridge, curvature[0][1], curvature[1][1] + ridge)
      let determinant = a * c - b * b
      step[0] = (c * slope[0] - b * slope[1]) / determinant
      step[1] = (a * slope[1] - b * slope[0]) / determinant
    } else {
      for index in free { step[index] = slope[index] / (curvature[index][index] + ridge) }
    }
    return step
  }

  /// The first derivatives, E[v] - v of the label for each part's v, and the second, their covariances, all
  /// under the softmax.
  private func derivatives(at scales: [Double]) -> (first: [Double], second: [[Double]]) {
    let count = Double(labels.count)
    var first = scales.map { _ in 0.0 }
    var second = scales.map { _ in first }
    forEachRow(at: scales) { row, label, _, weights in
      let sum = weights.reduce(0, +)
      // Distances from the label's value, which are exact where all values are large.
      let distances = parts.map { part in
        weights.indices.map { Double(part[row + $0]) - Double(part[row + label]) }
      }
      let means = distances.map { zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 } / sum }
      for one in parts.indices {
        first[one] += means[one] / count
        for other in parts.indices {
          let moment = weights.indices.reduce(0) {
            $0 + weights[$1] * distances[one][$1] * distances[other][$1]
          }
          second[one][other] += (moment / sum - means[one] * means[other]) / count
        }
      }
    }
    return (first, second)
  }

  /// Calls `body` for each row: where it begins, its label, by how much that one's sum falls short of the
  /// greatest, and the exponentials of all, whose greatest is 1.
  private func forEachRow(
    at scales: [Double],
    _ body: (_ row: Int, _ label: Int, _ shortfall: Double, _ weights: [Double]) -> Void
  ) {
    for (index, label) in labels.enumerated() {
      let row = index * classCount
      let sums = (row..<row + classCount).map { position in
        zip(scales, parts).reduce(0) { $0 + $1.0 * Double($1.1[position]) }
      }
      let most = sums.max() ?? 0
      body(row, label, most - sums[label], sums.map { exp($0 - most) })
    }
  }
}

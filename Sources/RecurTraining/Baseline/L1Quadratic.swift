/// The second-order model of a loss around present weights, and its minimum with an L1 penalty on all
/// of them but the last, by coordinate descent (Friedman, Hastie and Tibshirani, 2010).
///
///     min over d   g · d + ½ d · H d + penalty · Σ |w + d|
struct L1Quadratic {
  private let curvature: [Double]  // H, (A, A)
  private let gradient: [Double]  // g, (A)
  private let weights: [Double]  // w, (A)
  private let penalty: Double
  /// d, (A).
  private(set) var direction: [Double]

  /// Begins with d = 0.
  init(curvature: [Double], gradient: [Double], weights: [Double], penalty: Double) {
    self.curvature = curvature
    self.gradient = gradient
    self.weights = weights
    self.penalty = penalty
    direction = [Double](repeating: 0, count: gradient.count)
  }

  /// What the objective's slope along d promises for a whole step; not above 0 at a minimum.
  var predictedChange: Double {
    direction.indices.reduce(0) { sum, index in
      let (change, weight) = (direction[index], weights[index])
      let isFree = index == direction.count - 1
      return sum + gradient[index] * change
        + (isFree ? 0 : penalty * (abs(weight + change) - abs(weight)))
    }
  }

  /// Sweeps until no coordinate's derivative moves by more than a tolerance.
  mutating func minimize(tolerance: Double) {
    let count = gradient.count
    var product = [Double](repeating: 0, count: count)  // H d
    curvature.withUnsafeBufferPointer { curvature in
      product.withUnsafeMutableBufferPointer { product in
        for _ in 0..<1000 {
          var greatest = 0.0
          for index in 0..<count {
            // A unit that never moves has no curvature; it has no slope either and stays where it is.
            let bend = max(curvature[index * count + index], 1e-12)
            let present = weights[index] + direction[index]
            let free = present - (gradient[index] + product[index]) / bend
            let threshold = index == count - 1 ? 0 : penalty / bend
            let next = free > threshold ? free - threshold : min(free + threshold, 0)
            let change = next - present
            if change == 0 { continue }
            // From the weight, so that one that ends at 0 is exactly 0.
            direction[index] = next - weights[index]
            greatest = max(greatest, bend * abs(change))
            let row = index * count
            for other in 0..<count { product[other] += change * curvature[row + other] }
          }
          if greatest <= tolerance { return }
        }
      }
    }
  }
}

import RecurFiles
import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

/// The fit behind `L1Probe`: Newton's method for a loss with an L1 penalty (Lee, Sun and Saunders,
/// "Proximal Newton-type methods for minimizing composite functions", 2014).
///
/// Each step expands the loss to second order around the present weights, over the units that have a
/// weight or are about to get one; minimises that with the penalty by coordinate descent; and goes so
/// far along the result that the objective falls. What touches all features is one pass for the
/// gradient, one product for the curvature and one pass for the line search.
struct L1Logistic {
  private let examples: LabelledFeatures
  /// w, (D).
  private(set) var weights: [Double]
  /// b.
  private(set) var bias: Double
  /// w · x + b of each text, (N).
  private var scores: [Double]
  /// The least penalty under which every weight is 0.
  let greatestPenalty: Double

  /// Begins without weights.
  ///
  /// - Throws: `.badData` where only one of the classes occurs.
  init(_ examples: LabelledFeatures) throws(RecurError) {
    try ClassLabels.checkForFitting(examples.labels, classCount: 2)
    self.examples = examples
    weights = [Double](repeating: 0, count: examples.width)
    let ones = Double(examples.labels.reduce(0, +))
    bias = log(ones / (Double(examples.count) - ones))
    scores = [Double](repeating: bias, count: examples.count)
    greatestPenalty = L1Passes(examples).gradient(scores).weights.reduce(0) { max($0, abs($1)) }
  }

  /// Goes on from the present weights to those of a penalty. It ends where no derivative of the
  /// objective is further from 0 than a ten-thousandth of the penalty.
  mutating func fit(penalty: Double) {
    let passes = L1Passes(examples)
    for _ in 0..<100 {
      let (gradient, biasGradient) = passes.gradient(scores)
      let violation = weights.indices.reduce(abs(biasGradient)) { greatest, unit in
        let slope = gradient[unit]
        return max(
          greatest,
          weights[unit] == 0
            ? abs(slope) - penalty : abs(slope + (weights[unit] > 0 ? penalty : -penalty)))
      }
      if violation <= 1e-4 * penalty { return }
      let active = weights.indices.filter { weights[$0] != 0 || abs(gradient[$0]) > penalty }
      var model = L1Quadratic(
        curvature: passes.curvature(scores, of: active),
        gradient: active.map { gradient[$0] } + [biasGradient],
        weights: active.map { weights[$0] } + [bias], penalty: penalty)
      model.minimize(tolerance: 0.05 * violation)
      if !search(along: model.direction, of: active, passes, penalty, model.predictedChange) {
        return
      }
    }
  }

  /// Takes the first of the steps 1, ½, ¼, … by which the objective falls by a hundredth of what its
  /// slope promises (Armijo, 1966); false where none does, which is where rounding hides the fall.
  private mutating func search(
    along direction: [Double], of active: [Int], _ passes: L1Passes, _ penalty: Double,
    _ predictedChange: Double
  ) -> Bool {
    let scoreDirection = passes.scores(of: active, direction)
    func norm(_ step: Double) -> Double {
      zip(active, direction).reduce(0) { $0 + abs(weights[$1.0] + step * $1.1) }
    }
    let begin = Self.meanLoss(scores, examples.labels) + penalty * norm(0)
    var step = 1.0
    for _ in 0..<30 {
      let moved = zip(scores, scoreDirection).map { $0 + step * $1 }
      let objective = Self.meanLoss(moved, examples.labels) + penalty * norm(step)
      if objective <= begin + 0.01 * step * predictedChange {
        for (unit, change) in zip(active, direction) { weights[unit] += step * change }
        bias += step * direction[active.count]
        scores = moved
        return true
      }
      step /= 2
    }
    return false
  }

  /// The mean of log(1 + exp(-y · score)).
  static func meanLoss(_ scores: [Double], _ labels: [Int]) -> Double {
    var sum = 0.0
    for (score, label) in zip(scores, labels) {
      let margin = label == 1 ? score : -score
      sum += max(-margin, 0) + log1p(exp(-abs(margin)))
    }
    return sum / Double(labels.count)
  }

  /// w · x + b of each row of features (N, D).
  static func scores(of features: [Float], weights: [Double], bias: Double) -> [Double] {
    precondition(
      features.count.isMultiple(of: weights.count),
      "\(features.count) features for \(weights.count) weights")
    let units = weights.indices.filter { weights[$0] != 0 }
    return L1Passes(features: features, labels: [], width: weights.count)
      .scores(of: units, units.map { weights[$0] } + [bias])
  }
}

public import RecurFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Which units of a frozen model carry a distinction: logistic regression on its state with an L1
/// penalty, which leaves most weights at exactly 0 (Radford, Jozefowicz and Sutskever, "Learning to
/// Generate Reviews and Discovering Sentiment", 2017).
///
///     min over w, b   (1 / N) Σ log(1 + exp(-y (w · x + b))) + penalty · ‖w‖₁
///
/// with y = 1 for label 1 and -1 for label 0; b is free of the penalty. It is scikit-learn's
/// `LogisticRegression` with the L1 penalty and C = 1 / (N · penalty), fitted by "saga".
public struct L1Probe: Sendable, Equatable {
  /// The weights of the units, (D).
  public let weights: [Double]
  /// b.
  public let bias: Double
  /// The penalty that they were fitted with.
  public let penalty: Double
  /// What each penalty that was tried gave, from the strongest; empty where one was given.
  public let path: [PenaltyMeasure]

  /// Fits with one penalty; the same result for the same arguments and any number of threads.
  ///
  /// - Parameters:
  ///   - examples: What to learn from.
  ///   - penalty: Above 0.
  /// - Throws: `.badData` where only one of the classes occurs.
  public init(fitting examples: LabelledFeatures, penalty: Double) throws(RecurError) {
    precondition(penalty > 0 && penalty.isFinite, "the penalty \(penalty)")
    var solver = try L1Logistic(examples)
    solver.fit(penalty: penalty)
    (weights, bias, self.penalty, path) = (solver.weights, solver.bias, penalty, [])
  }

  /// Fits with the penalty of a path that has the least log loss on validation texts.
  ///
  /// The path begins where the first unit gets a weight and goes down by steps of 10^¼ to a thousandth
  /// of that, each fit beginning where the one before ended. It ends early where the
  /// validation loss has risen twice in a row.
  ///
  /// - Parameters:
  ///   - examples: What to learn from.
  ///   - validation: Other texts, of the same D. How good the probe is must be told by a third set:
  ///     see `probabilities(of:)`.
  /// - Throws: `.badData` where only one of the classes occurs in `examples`.
  public init(
    fitting examples: LabelledFeatures, validation: LabelledFeatures
  ) throws(RecurError) {
    precondition(
      examples.width == validation.width, "widths \(examples.width) and \(validation.width)")
    var solver = try L1Logistic(examples)
    var best: (weights: [Double], bias: Double, measure: PenaltyMeasure)?
    var path: [PenaltyMeasure] = []
    var rises = 0
    for step in 1...12 where rises < 2 && solver.greatestPenalty > 0 {
      let penalty = solver.greatestPenalty * pow(10, -Double(step) / 4)
      solver.fit(penalty: penalty)
      let scores = L1Logistic.scores(
        of: validation.features, weights: solver.weights, bias: solver.bias)
      let measure = PenaltyMeasure(
        penalty: penalty, unitCount: solver.weights.count { $0 != 0 },
        validationLogLoss: L1Logistic.meanLoss(scores, validation.labels),
        validationAccuracy: Self.accuracy(scores, validation.labels))
      rises = measure.validationLogLoss > path.last?.validationLogLoss ?? .infinity ? rises + 1 : 0
      path.append(measure)
      if measure.validationLogLoss < best?.measure.validationLogLoss ?? .infinity {
        best = (solver.weights, solver.bias, measure)
      }
    }
    weights = best?.weights ?? solver.weights
    bias = best?.bias ?? solver.bias
    penalty = best?.measure.penalty ?? 0
    self.path = path
  }

  /// The probability of each of the two classes for each text, (N, 2) row by row.
  ///
  /// - Parameter features: (N, D) row by row.
  public func probabilities(of features: [Float]) -> [Float] {
    L1Logistic.scores(of: features, weights: weights, bias: bias).flatMap { score in
      [Float(1 / (1 + exp(score))), Float(1 / (1 + exp(-score)))]
    }
  }

  /// The fraction of texts that is right.
  public func accuracy(on examples: LabelledFeatures) -> Double {
    precondition(
      examples.width == weights.count, "width \(examples.width) for \(weights.count) weights")
    return Self.accuracy(
      L1Logistic.scores(of: examples.features, weights: weights, bias: bias), examples.labels)
  }

  /// The units whose weights are largest in magnitude, those first; only units that have one.
  ///
  /// - Parameter count: The most to name.
  public func strongestUnits(_ count: Int) -> [WeightedUnit] {
    weights.indices.filter { weights[$0] != 0 }
      .sorted { (-abs(weights[$0]), $0) < (-abs(weights[$1]), $1) }
      .prefix(max(count, 0))
      .map { WeightedUnit(unit: $0, weight: weights[$0]) }
  }

  private static func accuracy(_ scores: [Double], _ labels: [Int]) -> Double {
    let right = zip(scores, labels).count { ($0 > 0) == ($1 == 1) }
    return Double(right) / Double(labels.count)
  }
}

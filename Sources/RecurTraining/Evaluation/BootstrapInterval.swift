import RecurTensors

/// Intervals from resampling (Efron, 1979).
enum BootstrapInterval {
  /// The middle 95 % of the fractions of right answers in 1,000 resamples of `count` answers.
  ///
  /// A resample draws `count` answers with replacement, so its right answers are binomially
  /// distributed. Each is drawn from that distribution whole, by its inverse, which takes one random
  /// number instead of `count`.
  ///
  /// - Parameters:
  ///   - correct: Right answers, from 0 to `count`.
  ///   - count: Answers, at least 1.
  ///   - seed: Of the resamples.
  static func ofFraction(_ correct: Int, of count: Int, seed: UInt64) -> ClosedRange<Double> {
    let resamples = 1000
    let cumulative = cumulativeBinomial(correct, of: count)
    var generator = SeededGenerator(seed: seed)
    let total = cumulative[count]
    let drawn = (0..<resamples).map { _ in
      firstIndex(in: cumulative, above: generator.uniform() * total)
    }.sorted()
    func quantile(_ fraction: Double) -> Double {
      let position = fraction * Double(resamples - 1)
      let below = Int(position)
      let (low, high) = (Double(drawn[below]), Double(drawn[min(below + 1, resamples - 1)]))
      return (low + (high - low) * (position - Double(below))) / Double(count)
    }
    return quantile(0.025)...quantile(0.975)
  }

  /// The running sums of the binomial probabilities of 0, 1, …, `count` for the success probability
  /// `correct / count`, up to a common factor.
  private static func cumulativeBinomial(_ correct: Int, of count: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: count + 1)
    // From the mode outwards, by the ratio of neighbours: what underflows is beyond every resample.
    weights[correct] = 1
    if correct > 0, correct < count {
      let odds = Double(correct) / Double(count - correct)
      for successes in correct..<count {
        weights[successes + 1] =
          weights[successes] * odds * Double(count - successes) / Double(successes + 1)
      }
      for successes in stride(from: correct, to: 0, by: -1) {
        weights[successes - 1] =
          weights[successes] / odds * Double(successes) / Double(count - successes + 1)
      }
    }
    var sum = 0.0
    return weights.map { weight in
      sum += weight
      return sum
    }
  }

  /// The first position whose value is above a bound that the last value exceeds.
  private static func firstIndex(in ascending: [Double], above bound: Double) -> Int {
    var low = 0
    var high = ascending.count - 1
    while low < high {
      let middle = (low + high) / 2
      if ascending[middle] > bound { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

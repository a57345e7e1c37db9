public import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

/// Draws tokens as `Sampling` says, exactly and reproducibly, with the memory of the draw before.
///
/// All arithmetic is in double precision. A logit that is not a number counts as minus infinity;
/// where no logit is finite, those that are plus infinity are equally likely, and without any of
/// them all are.
public struct Sampler: Sendable {
  /// The settings.
  public let sampling: Sampling
  /// The logit of each token after the penalty.
  private var scores: [Double] = []
  /// In proportion to each token's probability; 0 where it cannot be drawn.
  private var weights: [Double] = []
  /// Memory of a selection.
  private var candidates: [Candidate] = []
  /// Whether the penalty has met a token; all false between two draws.
  private var isPenalized: [Bool] = []

  /// A token that may stay.
  private struct Candidate {
    var token: Int32
    var score: Double
    var weight: Double

    /// Whether this one comes first: the greater score, among equals the lower id. Weights may be
    /// equal where scores are not.
    ///
    /// - Returns: 1 or 0, reckoned without a branch, which no processor could foresee.
    func precedes(_ other: Candidate) -> Int {
      let isGreater = score > other.score ? 1 : 0
      let isEqual = score == other.score ? 1 : 0
      return isGreater | (isEqual & (token < other.token ? 1 : 0))
    }
  }

  /// Makes a sampler.
  ///
  /// - Precondition: the settings are valid.
  public init(_ sampling: Sampling) {
    let problems = sampling.problems
    precondition(problems.isEmpty, problems.joined(separator: "; "))
    self.sampling = sampling
  }

  /// Draws the next token.
  ///
  /// - Parameters:
  ///   - logits: One for each token of the vocabulary, at least one.
  ///   - history: The tokens so far, the latest last; only the repetition penalty looks at them.
  ///   - generator: Where the draw comes from: one number for each call, none when greedy.
  /// - Returns: The id of the token.
  public mutating func draw(
    from logits: UnsafeBufferPointer<Real>, after history: some BidirectionalCollection<Int32>,
    using generator: inout SeededGenerator
  ) -> Int32 {
    precondition(!logits.isEmpty, "a draw from no logits")
    if sampling.temperature == 0, sampling.repetitionPenalty == 1 { return likeliest(of: logits) }
    takeScores(logits, history)
    if sampling.temperature == 0 { return Int32(likeliest()) }
    weigh()
    var rest = generator.uniform() * select()
    for (token, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return Int32(token) }
    }
    // Rounding alone leads here: the last one that can be drawn at all.
    return Int32(weights.lastIndex { $0 > 0 } ?? 0)
  }

  /// The distribution that a draw has: the probability of each token, in order of id.
  public mutating func probabilities(
    from logits: UnsafeBufferPointer<Real>, after history: some BidirectionalCollection<Int32>
  ) -> [Double] {
    precondition(!logits.isEmpty, "a distribution of no logits")
    takeScores(logits, history)
    if sampling.temperature == 0 {
      var result = [Double](repeating: 0, count: logits.count)
      result[likeliest()] = 1
      return result
    }
    weigh()
    let total = select()
    return weights.map { $0 / total }
  }

  // MARK: The steps

  /// Step 1: the logits in double precision, with the repetition penalty.
  private mutating func takeScores(
    _ logits: UnsafeBufferPointer<Real>, _ history: some BidirectionalCollection<Int32>
  ) {
    if scores.count != logits.count {
      scores = Array(repeating: 0, count: logits.count)
      weights = scores
      isPenalized = Array(repeating: false, count: logits.count)
    }
    scores.withUnsafeMutableBufferPointer { scores in
      for token in scores.indices {
        scores[token] = logits[token].isNaN ? -.infinity : Double(logits[token])
      }
    }
    let penalty = sampling.repetitionPenalty
    if penalty == 1 { return }
    let recent = history.suffix(sampling.repetitionWindow).lazy.map { Int($0) }
      .filter { [count = scores.count] in (0..<count).contains($0) }
    for token in recent where !isPenalized[token] {
      isPenalized[token] = true
      scores[token] = scores[token] > 0 ? scores[token] / penalty : scores[token] * penalty
    }
    for token in recent { isPenalized[token] = false }
  }

  /// The first of the greatest logits, which nothing else has to be known of.
  private func likeliest(of logits: UnsafeBufferPointer<Real>) -> Int32 {
    var best = 0
    var most = -Real.infinity
    for (token, logit) in logits.enumerated() where logit > most { (best, most) = (token, logit) }
    return Int32(best)
  }

  private func likeliest() -> Int {
    var best = 0
    for token in scores.indices where scores[token] > scores[best] { best = token }
    return best
  }

  /// Step 2: temperature, and each token's weight relative to the likeliest one's.
  private mutating func weigh() {
    let most = scores[likeliest()]
    let temperature = sampling.temperature
    weights.withUnsafeMutableBufferPointer { weights in
      scores.withUnsafeBufferPointer { scores in
        for (token, score) in scores.enumerated() {
          weights[token] =
            most.isFinite ? exp((score - most) / temperature) : score == most ? 1 : 0
        }
      }
    }
  }

  /// Steps 3 to 5: sets the weights of all that may not be drawn to 0, and returns the sum of the others.
  private mutating func select() -> Double {
    if (1..<max(1, weights.count)).contains(sampling.topK) {
      let count = sampling.topK
      keepGreatest { taken, _ in taken < count }
    }
    if sampling.topP < 1 {
      let (mass, count) = (mass(), weights.count)
      let wanted = mass * sampling.topP
      // Even all of them, were they no more likely than this, would be less than what goes.
      keepGreatest(of: (mass - wanted) / Double(count) * 0.999_999) { _, mass in mass < wanted }
    }
    if sampling.minP > 0 {
      // The weight of the likeliest is 1.
      for token in weights.indices where weights[token] < sampling.minP { weights[token] = 0 }
    }
    return mass()
  }

  private func mass() -> Double { weights.reduce(0, +) }

  /// Keeps the greatest while `wantsMore` of their number and the sum of their weights is true: as taking them
  /// one by one in falling order would, but without sorting.
  ///
  /// - Parameter least: The weight below which none would be taken.
  private mutating func keepGreatest(
    of least: Double = 0, while wantsMore: (_ taken: Int, _ mass: Double) -> Bool
  ) {
    candidates.removeAll(keepingCapacity: true)
    for (token, weight) in weights.enumerated() where weight > 0 && weight >= least {
      candidates.append(Candidate(token: Int32(token), score: scores[token], weight: weight))
    }
    // All before `kept` stay, all from `end` on go; each round decides for a pivot and one side.
    var kept = 0
    candidates.withUnsafeMutableBufferPointer { candidates in
      var end = candidates.count
      var keptMass = 0.0
      while kept < end {
        let pivot = Self.partition(candidates, kept..<end)
        var upper = keptMass
        for index in kept..<pivot { upper += candidates[index].weight }
        if wantsMore(pivot, upper) {
          keptMass = upper + candidates[pivot].weight
          kept = pivot + 1
        } else {
          end = pivot
        }
      }
    }
    for token in weights.indices { weights[token] = 0 }
    for candidate in candidates[..<kept] { weights[Int(candidate.token)] = candidate.weight }
  }

  /// Puts the middle one of three candidates behind all that precede it and before all others.
  ///
  /// - Returns: Where it is.
  private static func partition(
    _ candidates: UnsafeMutableBufferPointer<Candidate>, _ range: Range<Int>
  ) -> Int {
    let (first, last) = (range.lowerBound, range.upperBound - 1)
    let middle = first + (last - first) / 2
    if candidates[middle].precedes(candidates[first]) == 1 { candidates.swapAt(first, middle) }
    if candidates[last].precedes(candidates[middle]) == 1 { candidates.swapAt(middle, last) }
    if candidates[middle].precedes(candidates[first]) == 1 { candidates.swapAt(first, middle) }
    candidates.swapAt(middle, last)
    let pivot = candidates[last]
    var place = first
    for index in first..<last {
      let candidate = candidates[index]
      candidates[index] = candidates[place]
      candidates[place] = candidate
      place += candidate.precedes(pivot)
    }
    candidates.swapAt(place, last)
    return place
  }
}

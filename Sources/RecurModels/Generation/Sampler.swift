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
  /// A token that may be drawn.
  private struct Candidate {
    var token: Int32
    /// The logit after the penalty.
    var score: Double
    /// In proportion to the probability.
    var weight = 0.0

    /// Whether this one comes first: the greater score, among equals the lower id. Weights may be
    /// equal (0, for instance) where scores are not.
    ///
    /// - Returns: 1 or 0, reckoned without a branch, which no processor could foresee.
    func precedes(_ other: Candidate) -> Int {
      let isGreater = score > other.score ? 1 : 0
      let isEqual = score == other.score ? 1 : 0
      return isGreater | (isEqual & (token < other.token ? 1 : 0))
    }
  }
  /// The tokens that may still be drawn; all of them, in order of id, before the selection.
  private var candidates: [Candidate] = []
  /// Whether the penalty has met a token; all false between two draws.
  private var isPenalized: [Bool] = []

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
    if sampling.temperature == 0 { return likeliest().token }
    weigh()
    let total = select()
    var rest = generator.uniform() * total
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return candidate.token }
    }
    // Rounding alone leads here: the last one that can be drawn at all.
    return (candidates.last { $0.weight > 0 } ?? candidates[0]).token
  }

  /// The distribution that a draw has: the probability of each token, in order of id.
  public mutating func probabilities(
    from logits: UnsafeBufferPointer<Real>, after history: some BidirectionalCollection<Int32>
  ) -> [Double] {
    precondition(!logits.isEmpty, "a distribution of no logits")
    takeScores(logits, history)
    var result = [Double](repeating: 0, count: logits.count)
    if sampling.temperature == 0 {
      result[Int(likeliest().token)] = 1
      return result
    }
    weigh()
    let total = select()
    for candidate in candidates { result[Int(candidate.token)] = candidate.weight / total }
    return result
  }

  // MARK: The steps

  /// Step 1: the logits in double precision, with the repetition penalty.
  private mutating func takeScores(
    _ logits: UnsafeBufferPointer<Real>, _ history: some BidirectionalCollection<Int32>
  ) {
    candidates.removeAll(keepingCapacity: true)
    candidates.append(
      contentsOf: logits.indices.lazy.map { token in
        let logit = logits[token]
        return Candidate(token: Int32(token), score: logit.isNaN ? -.infinity : Double(logit))
      })
    let penalty = sampling.repetitionPenalty
    if penalty == 1 { return }
    let recent = history.suffix(sampling.repetitionWindow).lazy.map { Int($0) }
      .filter { [count = candidates.count] in (0..<count).contains($0) }
    if isPenalized.count != candidates.count {
      isPenalized = Array(repeating: false, count: candidates.count)
    }
    for token in recent where !isPenalized[token] {
      isPenalized[token] = true
      let score = candidates[token].score
      candidates[token].score = score > 0 ? score / penalty : score * penalty
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

  private func likeliest() -> Candidate {
    var best = candidates[0]
    for candidate in candidates where candidate.score > best.score { best = candidate }
    return best
  }

  /// Step 2: temperature, and each candidate's weight relative to the likeliest one's.
  private mutating func weigh() {
    let most = likeliest().score
    let temperature = sampling.temperature
    for index in candidates.indices {
      let score = candidates[index].score
      candidates[index].weight =
        most.isFinite ? exp((score - most) / temperature) : score == most ? 1 : 0
    }
  }

  /// Steps 3 to 5: leaves the candidates that may be drawn, and returns the sum of their weights.
  private mutating func select() -> Double {
    if (1..<max(1, candidates.count)).contains(sampling.topK) {
      let count = sampling.topK
      keepGreatest { taken, _ in taken < count }
    }
    if sampling.topP < 1 {
      let wanted = mass(of: candidates[...]) * sampling.topP
      keepGreatest { _, mass in mass < wanted }
    }
    if sampling.minP > 0 {
      // The weight of the likeliest is 1.
      candidates.removeAll { $0.weight < sampling.minP }
    }
    return mass(of: candidates[...])
  }

  private func mass(of part: ArraySlice<Candidate>) -> Double {
    part.reduce(0) { $0 + $1.weight }
  }

  /// Keeps the greatest candidates while `wantsMore` of their number and the sum of their weights is
  /// true: as taking them one by one in falling order would, but without sorting.
  private mutating func keepGreatest(while wantsMore: (_ taken: Int, _ mass: Double) -> Bool) {
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
    candidates.removeSubrange(kept...)
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

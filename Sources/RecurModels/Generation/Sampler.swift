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
  /// The logits after penalty and temperature, one for each token.
  private var scores: [Double] = []
  /// The tokens that may still be drawn.
  private var candidates: [Int32] = []
  /// The weight of each candidate, in proportion to its probability.
  private var weights: [Double] = []
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
    takeScores(logits, history)
    if sampling.temperature == 0 { return likeliest() }
    weigh()
    let total = select()
    var rest = generator.uniform() * total
    for (candidate, weight) in zip(candidates, weights) {
      rest -= weight
      if rest < 0 { return candidate }
    }
    // Rounding alone leads here: the last one that can be drawn at all.
    return weights.lastIndex { $0 > 0 }.map { candidates[$0] } ?? candidates[0]
  }

  /// The distribution that a draw has: the probability of each token, in order of id.
  public mutating func probabilities(
    from logits: UnsafeBufferPointer<Real>, after history: some BidirectionalCollection<Int32>
  ) -> [Double] {
    precondition(!logits.isEmpty, "a distribution of no logits")
    takeScores(logits, history)
    var result = [Double](repeating: 0, count: logits.count)
    if sampling.temperature == 0 {
      result[Int(likeliest())] = 1
      return result
    }
    weigh()
    let total = select()
    for (candidate, weight) in zip(candidates, weights) {
      result[Int(candidate)] = weight / total
    }
    return result
  }

  // MARK: The steps

  /// Step 1: the logits in double precision, with the repetition penalty.
  private mutating func takeScores(
    _ logits: UnsafeBufferPointer<Real>, _ history: some BidirectionalCollection<Int32>
  ) {
    scores.removeAll(keepingCapacity: true)
    for logit in logits { scores.append(logit.isNaN ? -.infinity : Double(logit)) }
    let penalty = sampling.repetitionPenalty
    if penalty == 1 { return }
    let recent = history.suffix(sampling.repetitionWindow)
    if isPenalized.count != scores.count {
      isPenalized = Array(repeating: false, count: scores.count)
    }
    for token in recent where scores.indices.contains(Int(token)) && !isPenalized[Int(token)] {
      isPenalized[Int(token)] = true
      let score = scores[Int(token)]
      scores[Int(token)] = score > 0 ? score / penalty : score * penalty
    }
    for token in recent where scores.indices.contains(Int(token)) {
      isPenalized[Int(token)] = false
    }
  }

  private func likeliest() -> Int32 {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return Int32(best)
  }

  /// Step 2: temperature, and each candidate's weight relative to the likeliest one's.
  private mutating func weigh() {
    let most = scores[Int(likeliest())]
    let temperature = sampling.temperature
    candidates.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    for index in scores.indices {
      let weight: Double
      if most.isFinite {
        weight = exp((scores[index] - most) / temperature)
      } else {
        weight = scores[index] == most ? 1 : 0
      }
      candidates.append(Int32(index))
      weights.append(weight)
    }
  }

  /// Steps 3 to 5: leaves the candidates that may be drawn, and returns the sum of their weights.
  private mutating func select() -> Double {
    if (1..<max(1, candidates.count)).contains(sampling.topK) {
      let count = sampling.topK
      keepGreatest { taken, _ in taken < count }
    }
    if sampling.topP < 1 {
      let wanted = weights.reduce(0, +) * sampling.topP
      keepGreatest { _, mass in mass < wanted }
    }
    if sampling.minP > 0 {
      // The weight of the likeliest is 1.
      for index in weights.indices where weights[index] < sampling.minP { weights[index] = 0 }
    }
    return weights.reduce(0, +)
  }

  /// Keeps the greatest candidates, in falling order, while `wantsMore` of their number and the sum
  /// of their weights is true.
  ///
  /// They are taken from a heap, as many as stay and no more: a large vocabulary is never sorted. It
  /// is ordered by score, as weights may be equal (0, for instance) where scores are not.
  private mutating func keepGreatest(while wantsMore: (_ taken: Int, _ mass: Double) -> Bool) {
    let count = candidates.count
    for root in stride(from: count / 2 - 1, through: 0, by: -1) { sink(root, in: count) }
    var heap = count
    var mass = 0.0
    while heap > 0, wantsMore(count - heap, mass) {
      heap -= 1
      exchange(0, heap)
      sink(0, in: heap)
      mass += weights[heap]
    }
    candidates.removeSubrange(..<heap)
    weights.removeSubrange(..<heap)
    candidates.reverse()
    weights.reverse()
  }

  // MARK: The heap of candidates, the greatest score first, among equals the lowest id

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    let left = scores[Int(candidates[a])]
    let right = scores[Int(candidates[b])]
    return left == right ? candidates[a] < candidates[b] : left > right
  }

  private mutating func sink(_ start: Int, in count: Int) {
    var root = start
    while true {
      var first = root
      for child in [2 * root + 1, 2 * root + 2]
      where child < count && precedes(child, first) {
        first = child
      }
      if first == root { return }
      exchange(root, first)
      root = first
    }
  }

  private mutating func exchange(_ a: Int, _ b: Int) {
    candidates.swapAt(a, b)
    weights.swapAt(a, b)
  }
}

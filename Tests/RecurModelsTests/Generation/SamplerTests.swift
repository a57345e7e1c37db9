import Recur
import Testing

/// The transforms by their plain definitions, on the whole vocabulary and without any cleverness.
private struct PlainSampling {
  let sampling: Sampling

  func probabilities(_ logits: [Real], after history: [Int32]) -> [Double] {
    var scores = logits.map { Double($0) }
    for token in Set(history.suffix(sampling.repetitionWindow)) {
      let score = scores[Int(token)]
      scores[Int(token)] =
        score > 0 ? score / sampling.repetitionPenalty : score * sampling.repetitionPenalty
    }
    // The likeliest first, among equals the lowest id.
    let order = scores.indices.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    if sampling.temperature == 0 {
      return scores.indices.map { $0 == order[0] ? 1 : 0 }
    }
    var kept = sampling.topK > 0 ? Array(order.prefix(sampling.topK)) : order
    func softmax(_ tokens: [Int]) -> [Double] {
      let weights = tokens.map {
        exponential((scores[$0] - scores[order[0]]) / sampling.temperature)
      }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    }
    if sampling.topP < 1 {
      var mass = 0.0
      let probabilities = softmax(kept)
      var count = 0
      while count < kept.count, mass < sampling.topP {
        mass += probabilities[count]
        count += 1
      }
      kept = Array(kept.prefix(count))
    }
    let relative = softmax(kept)
    kept = zip(kept, relative).filter { $1 >= sampling.minP * relative[0] }.map(\.0)
    var result = [Double](repeating: 0, count: logits.count)
    for (token, probability) in zip(kept, softmax(kept)) { result[token] = probability }
    return result
  }
}

@Suite("The sampler")
struct SamplerTests {
  private static let settings: [Sampling] = [
    Sampling(temperature: 1, topP: 1),
    Sampling(temperature: 0.5, topP: 1),
    Sampling(temperature: 3, topP: 1),
    Sampling(temperature: 0),
    Sampling(temperature: 0, repetitionPenalty: 2),
    Sampling(temperature: 1, topK: 1, topP: 1),
    Sampling(temperature: 1, topK: 5, topP: 1),
    Sampling(temperature: 1, topK: 1000, topP: 1),
    Sampling(temperature: 1, topP: 0.6),
    Sampling(temperature: 1, topP: 1e-9),
    Sampling(temperature: 1, topP: 1, minP: 0.2),
    Sampling(temperature: 1, topP: 1, minP: 1),
    Sampling(temperature: 1, topP: 1, repetitionPenalty: 1.5),
    Sampling(temperature: 1, topP: 1, repetitionPenalty: 0.5, repetitionWindow: 2),
    Sampling(temperature: 1, topP: 1, repetitionPenalty: 3, repetitionWindow: 0),
    Sampling(),
    Sampling(
      temperature: 0.7, topK: 8, topP: 0.8, minP: 0.1, repetitionPenalty: 1.2, repetitionWindow: 4),
  ]

  private func logits(_ count: Int, using generator: inout SeededGenerator) -> [Real] {
    generator.normal(shape: [count]).scalars.map { 2 * $0 }
  }

  @Test("Every transform, alone and with the others, is its plain definition", arguments: settings)
  func samplerFollowsTheDefinition(sampling: Sampling) {
    var generator = SeededGenerator(seed: 5)
    var sampler = Sampler(sampling)
    for count in [1, 2, 3, 17, 64] {
      for _ in 0..<20 {
        let logits = logits(count, using: &generator)
        let history = (0..<6).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
        let expected = PlainSampling(sampling: sampling).probabilities(logits, after: history)
        let actual = logits.withUnsafeBufferPointer {
          sampler.probabilities(from: $0, after: history)
        }
        for (a, b) in zip(actual, expected) { #expect(abs(a - b) < 1e-12) }
      }
    }
  }

  @Test("Tokens come as often as they are likely", arguments: settings)
  func frequenciesAreProbabilities(sampling: Sampling) {
    var generator = SeededGenerator(seed: 6)
    var sampler = Sampler(sampling)
    let logits = logits(12, using: &generator)
    let history: [Int32] = [3, 1, 4, 1, 5]
    let expected = PlainSampling(sampling: sampling).probabilities(logits, after: history)
    let draws = 4000
    var counts = [Int](repeating: 0, count: logits.count)
    for _ in 0..<draws {
      let token = logits.withUnsafeBufferPointer {
        sampler.draw(from: $0, after: history, using: &generator)
      }
      counts[Int(token)] += 1
    }
    for (count, probability) in zip(counts, expected) {
      let deviation = (probability * (1 - probability) / Double(draws)).squareRoot()
      #expect(abs(Double(count) / Double(draws) - probability) <= 5 * deviation)
    }
  }

  @Test("Among equal logits the lowest ids stay")
  func tiesGoToTheLowestID() {
    let logits: [Real] = [1, 3, 3, 0, 3, 3]
    func kept(_ sampling: Sampling) -> [Int] {
      var sampler = Sampler(sampling)
      let probabilities = logits.withUnsafeBufferPointer {
        sampler.probabilities(from: $0, after: [Int32]())
      }
      return probabilities.indices.filter { probabilities[$0] > 0 }
    }
    #expect(kept(.greedy) == [1])
    #expect(kept(Sampling(topK: 3, topP: 1)) == [1, 2, 4])
    #expect(kept(Sampling(temperature: 1, topP: 0.3)) == [1, 2])
  }

  @Test("The same seed draws the same tokens, and each draw takes one number")
  func drawsAreReproducible() {
    var generator = SeededGenerator(seed: 7)
    let logits = logits(30, using: &generator)
    func draws(_ generator: inout SeededGenerator) -> [Int32] {
      var sampler = Sampler(Sampling(temperature: 1))
      return (0..<50).map { _ in
        logits.withUnsafeBufferPointer {
          sampler.draw(from: $0, after: [Int32](), using: &generator)
        }
      }
    }
    var (first, second, counting) = (generator, generator, generator)
    #expect(draws(&first) == draws(&second))
    for _ in 0..<50 { _ = counting.next() }
    #expect(first == counting)
  }

  @Test("Logits that are not finite neither trap nor hide the others")
  func nonFiniteLogits() {
    var generator = SeededGenerator(seed: 8)
    func kept(_ logits: [Real], _ sampling: Sampling) -> [Int] {
      var sampler = Sampler(sampling)
      let probabilities = logits.withUnsafeBufferPointer {
        sampler.probabilities(from: $0, after: [0, 1])
      }
      let token = logits.withUnsafeBufferPointer {
        sampler.draw(from: $0, after: [0, 1], using: &generator)
      }
      let kept = probabilities.indices.filter { probabilities[$0] > 0 }
      #expect(kept.contains(Int(token)))
      return kept
    }
    for sampling in [
      Sampling(temperature: 1, topP: 1), Sampling(temperature: 1, topP: 0.999),
      Sampling(temperature: 1e-300), Sampling(temperature: 1, topK: 2, minP: 0.01),
      Sampling(temperature: 1, repetitionPenalty: 2),
    ] {
      #expect(kept([.nan, 1, -.infinity, .nan], sampling) == [1])
      #expect(kept([-.infinity, .infinity, 5, .nan], sampling) == [1])
      #expect(!kept([.nan, .nan], sampling).isEmpty)
      #expect(!kept([-.infinity, -.infinity], sampling).isEmpty)
      #expect(!kept([.greatestFiniteMagnitude, -.greatestFiniteMagnitude], sampling).isEmpty)
    }
  }
}

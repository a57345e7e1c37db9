import Recur
import Testing

@testable import RecurTraining

@Suite("A network's logits and a term are weighed against each other")
struct TermScalingTests {
  /// Logits, a term, and labels drawn from the softmax of a sum of both, (N, 2).
  private func drawn(
    _ count: Int, _ inverse: Double, _ scale: Double, similarity: Float = 0
  ) -> (logits: [Float], terms: [Float], labels: [Int]) {
    var generator = SeededGenerator(seed: 5)
    let logits = generator.uniform(in: -3...3, shape: [count, 2]).scalars.map { Float($0) }
    let other = generator.uniform(in: -3...3, shape: [count, 2]).scalars.map { Float($0) }
    let terms = zip(logits, other).map { similarity * $0 + (1 - similarity) * $1 }
    let sums = zip(logits, terms).map { Float(inverse * Double($0) + scale * Double($1)) }
    let fair = TemperatureScaling(temperature: 1).probabilities(of: sums, classCount: 2)
    let labels = (0..<count).map { Float(generator.uniform()) < fair[$0 * 2] ? 0 : 1 }
    return (logits, terms, labels)
  }

  @Test(
    "The numbers that labels were drawn with are found again",
    arguments: [(1, 1), (0.5, 2), (2, 0.3)])
  func recovers(_ inverse: Double, _ scale: Double) throws {
    let (logits, terms, labels) = drawn(20_000, inverse, scale)
    let scaling = try TermScaling(fitting: logits, terms, labels: labels, classCount: 2)
    #expect(abs(scaling.temperature * inverse - 1) < 0.05, "\(scaling)")
    #expect(abs(scaling.scale / scale - 1) < 0.05, "\(scaling)")
  }

  @Test("A term that misleads is heeded not at all, and the temperature is that without it")
  func misleading() throws {
    let (logits, terms, labels) = drawn(500, 0.5, -1)
    let scaling = try TermScaling(fitting: logits, terms, labels: labels, classCount: 2)
    let alone = try TemperatureScaling(fitting: logits, labels: labels, classCount: 2)
    #expect(scaling.scale == 0)
    #expect(abs(scaling.temperature / alone.temperature - 1) < 1e-9)
  }

  @Test("No pair of numbers nearby has a smaller loss, even where both terms say nearly the same")
  func least() throws {
    let (logits, terms, labels) = drawn(4000, 0.8, 0.8, similarity: 0.95)
    let scaling = try TermScaling(fitting: logits, terms, labels: labels, classCount: 2)
    func loss(_ inverse: Double, _ scale: Double) -> Double {
      ScaledSumLoss(parts: [logits, terms], labels: labels, classCount: 2)
        .value(at: [inverse, scale])
    }
    let (inverse, scale) = (1 / scaling.temperature, scaling.scale)
    let found = loss(inverse, scale)
    #expect(scale > 0.1 && inverse > 0.1, "\(scaling)")
    for step in [1e-3, 1e-2] {
      for (first, second) in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)]
        as [(Double, Double)]
      {
        #expect(loss(inverse + step * first, scale + step * second) >= found - 1e-12)
      }
    }
  }
}

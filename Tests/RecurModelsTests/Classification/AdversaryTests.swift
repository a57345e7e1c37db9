import Recur
import RecurTensors
import TestSupport
import Testing

@Suite("The adversarial perturbation of a classifier's inputs")
struct AdversaryTests {
  private let labels: [Int32] = [2, 0, 1, 0]
  private let batch = PaddedBatch(SmallClassifiers.texts([5, 1, 0, 13]))

  private func loss(
    _ model: SequenceClassifier, _ perturbation: Tensor
  ) -> (value: Real, gradient: Tensor?) {
    var watched: Variable?
    let (value, gradients) = model.valueWithGradient { model, tape in
      let perturbation = tape.watch(perturbation)
      watched = perturbation
      let logits = model.logits(of: batch, perturbedBy: perturbation, on: tape)
      return softmaxCrossEntropy(logits, targets: labels).mean
    }
    return (value, watched.flatMap { gradients[$0] })
  }

  @Test(
    "Nothing is added by zeros, also where a text is longer than gradients flow",
    arguments: [false, true], [4, 512])
  func zeros(_ isBidirectional: Bool, _ maximumTokens: Int) throws {
    let model = try SmallClassifiers.model(
      isBidirectional: isBidirectional, maximumTokens: maximumTokens)
    let plain = model.valueWithGradient { model, tape in
      model.objective(of: batch, labels: labels, on: tape)
    }
    let perturbed = loss(model, model.inputPerturbation(for: batch))
    #expect(abs(plain.value - perturbed.value) < 1e-5)
  }

  @Test(
    "It has the size asked for in each text, is zero behind it, and the loss rises along it as the gradient tells",
    arguments: [false, true], [4, 512])
  func direction(_ isBidirectional: Bool, _ maximumTokens: Int) throws {
    let model = try SmallClassifiers.model(
      isBidirectional: isBidirectional, maximumTokens: maximumTokens)
    let zeros = model.inputPerturbation(for: batch)
    let (before, found) = loss(model, zeros)
    let gradient = try #require(found)
    let perturbation = model.adversarialPerturbation(for: batch, along: gradient, size: 0.05)

    let embedded = (0..<batch.batchSize).flatMap { row in
      (0..<Int(batch.lengths[row])).flatMap { step in
        let token = Int(batch.tokens[step * batch.batchSize + row])
        return model.embedding.weight.value.scalars[token * 5..<token * 5 + 5]
      }
    }
    let meanSquare = embedded.reduce(0) { $0 + Double($1 * $1) } / Double(embedded.count)
    let size = 0.05 * meanSquare.squareRoot()
    var expected: Double = 0
    for row in 0..<batch.batchSize {
      func elements(_ tensor: Tensor) -> [[Double]] {
        (0..<zeros.shape[0]).map { step in
          (0..<5).map { Double(tensor[step, row, $0]) }
        }
      }
      let (moved, slope) = (elements(perturbation), elements(gradient))
      let norm = moved.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - (batch.lengths[row] == 0 ? 0 : size)) < 1e-6, "row \(row)")
      for step in moved.indices where step >= batch.lengths[row] {
        #expect(moved[step] == Array(repeating: 0, count: 5), "row \(row), step \(step)")
      }
      expected += zip(moved.joined(), slope.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let rise = Double(loss(model, perturbation).value - before)
    // Both directions read segment by segment, and the gradient does not go from one to the other.
    if isBidirectional, maximumTokens < 13 {
      #expect(rise > 0.5 * expected && expected > 0, "\(rise), not \(expected)")
    } else {
      #expect(expected > 0 && abs(rise - expected) < 0.05 * expected, "\(rise), not \(expected)")
    }
  }
}

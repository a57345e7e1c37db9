import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Weighted cross entropy")
struct WeightedCrossEntropyTests {
  private let logits = Tensor.normal([4, 3], seed: 2)
  private let targets: [Int32] = [2, 0, -1, 1]

  @Test("The weighted mean is that of the losses, a target that does not count left out")
  func mean() {
    let losses = crossEntropyLosses(logits, targets: targets)
    let weights: [Real] = [0.5, 2, 9, 1.5]
    let result = softmaxCrossEntropy(Variable(logits), targets: targets, weights: weights)
    let total = 0.5 * losses[0] + 2 * losses[1] + 1.5 * losses[3]
    #expect((result.total - total).magnitude < 1e-6)
    #expect((Double(result.mean.value.scalar) - total / 4).magnitude < 1e-6)
    #expect(result.count == 3)
  }

  @Test("Gradients equal central differences")
  func gradients() {
    let error = GradientCheck.greatestError(at: [logits]) { variables in
      softmaxCrossEntropy(variables[0], targets: targets, weights: [0.5, 2, 9, 1.5]).mean * 1.7
    }
    #expect(error < GradientCheck.tolerance)
  }

  @Test("Equal weights change nothing, and weights of zero give zero")
  func plainWeights() {
    let plain = softmaxCrossEntropy(Variable(logits), targets: targets).mean.value.scalar
    let equal = softmaxCrossEntropy(
      Variable(logits), targets: targets, weights: [3, 3, 3, 3]
    ).mean.value.scalar
    #expect((plain - equal).magnitude < 1e-6)
    let none = softmaxCrossEntropy(
      Variable(logits), targets: targets, weights: [0, 0, 1, 0])
    #expect(none.mean.value.scalar == 0)
  }
}

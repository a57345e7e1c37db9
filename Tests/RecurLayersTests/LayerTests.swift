import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Layers")
struct LayerTests {
  @Test("An embedding looks rows up and its gradient adds up where a token returns")
  func embedding() {
    let layer = Embedding(weight: Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
    let tokens: [Int32] = [2, 0, 2, 1]
    #expect(
      layer(tokens, batchSize: 2).value == Tensor([5, 6, 1, 2, 5, 6, 3, 4], shape: [2, 2, 2]))
    let weights = Tensor([1, 10, 2, 20, 3, 30, 4, 40], shape: [2, 2, 2])
    let (_, gradients) = layer.valueWithGradient { layer, tape in
      (layer(tokens, batchSize: 2, on: tape) * Variable(weights)).sum()
    }
    #expect(gradients[layer.weight] == Tensor([2, 20, 4, 40, 4, 40], shape: [3, 2]))
  }

  @Test("An embedding begins with standard normal numbers")
  func embeddingStart() {
    var generator = SeededGenerator(seed: 1)
    let layer = Embedding(vocabularySize: 100, embeddingSize: 90, using: &generator)
    #expect(layer.vocabularySize == 100 && layer.embeddingSize == 90)
    let values = layer.weight.value.scalars.map { Double($0) }
    let mean = values.reduce(0, +) / 9000
    let variance = values.reduce(0) { $0 + $1 * $1 } / 9000
    #expect(abs(mean) < 0.05 && abs(variance - 1) < 0.06)
  }

  @Test("A linear map equals its formula, with and without bias, and has its names")
  func linear() {
    let weight = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let x = Variable(Tensor([1, 0, -1, 2, 1, 0], shape: [2, 3]))
    let plain = Linear(weight: weight)
    let biased = Linear(weight: weight, bias: Tensor([10, 20], shape: [2]))
    #expect(plain(x).value == Tensor([-2, -2, 4, 13], shape: [2, 2]))
    #expect(biased(x).value == Tensor([8, 18, 14, 33], shape: [2, 2]))
    #expect(plain.parameters.map(\.name) == ["weight"])
    #expect(biased.parameters.map(\.name) == ["weight", "bias"])
    #expect(biased.inputSize == 3 && biased.outputSize == 2)
  }

  @Test("A linear map begins within ±1/√K and fills that range")
  func linearStart() {
    var generator = SeededGenerator(seed: 2)
    let layer = Linear(inputSize: 25, outputSize: 80, using: &generator)
    let values = layer.parameters.flatMap { $0.value.scalars }
    #expect(values.allSatisfy { abs($0) <= 0.2 })
    #expect((values.max() ?? 0) > 0.19 && (values.min() ?? 0) < -0.19)
  }

  @Test("The parameters of a linear map can be replaced by visiting them")
  func visitingWrites() {
    var layer = Linear(
      weight: Tensor([1, 2], shape: [1, 2]), bias: Tensor([3], shape: [1]))
    layer.visitParameters { _, parameter in
      parameter.value = Tensor(zeros: parameter.value.shape)
    }
    #expect(layer.weight.value.scalars == [0, 0])
    #expect(layer.bias?.value.scalars == [0])
  }

  @Test("Dropout has an effect in training and none in inference")
  func dropout() {
    let layer = Dropout(probability: 0.5)
    let x = Tensor(repeating: 1, shape: [10, 10])
    #expect(layer(Variable(x)).value == x)
    #expect(layer(Tape().constant(x)).value != x)
    #expect(layer.parameterCount == 0)
  }
}

import Recur
import Testing

@Suite("A language model")
struct LanguageModelTests {
  @Test("The parameters have PyTorch's names, shapes and order", arguments: CellKind.allCases)
  func parametersFollowTheConfiguration(cell: CellKind) throws {
    for tiesWeights in [false, true] {
      let model = try SmallModels.model(
        cell: cell, embeddingSize: 4, hiddenSizes: [6, 4], tiesWeights: tiesWeights)
      let configuration = try #require(model.configuration)
      let expected = configuration.parameterShapes
      #expect(model.parameters.map(\.name) == expected.map(\.name))
      #expect(model.parameters.map(\.value.shape) == expected.map(\.shape))
      #expect(model.parameterCount == configuration.parameterCount)
    }
  }

  @Test("Fresh weights have the distributions of PyTorch")
  func freshWeightsAreAsInPyTorch() throws {
    let model = try SmallModels.model(
      cell: .lstm, vocabularySize: 200, embeddingSize: 50, hiddenSizes: [100])
    let values = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value) })
    let embedding = try #require(values["embedding.weight"]).scalars.map { Double($0) }
    let variance = embedding.reduce(0) { $0 + $1 * $1 } / Double(embedding.count)
    #expect(abs(variance - 1) < 0.05)
    for name in ["rnn.weight_ih_l0", "rnn.weight_hh_l0", "decoder.weight", "decoder.bias"] {
      let scalars = try #require(values[name]).scalars.map { Double($0) }
      let greatest = scalars.map(\.magnitude).max() ?? 0
      #expect(greatest <= 0.1 && greatest > 0.095, "\(name) goes to \(greatest)")
    }
  }

  @Test("The mean of the losses is the objective, and an untrained model knows nothing")
  func objectiveIsTheMeanLoss() throws {
    let model = try SmallModels.model()
    let window = SmallModels.window()
    let (nats, carry) = model.losses(of: window)
    let objective = model.objective(of: window, on: nil)
    let mean = nats.reduce(0, +) / Double(nats.count)
    #expect(abs(mean - Double(objective.mean.value.scalar)) < 1e-5)
    #expect(carry == objective.carry)
    #expect(abs(mean - 1.9459) < 0.3)
  }

  @Test("The losses are those of the logits by definition")
  func lossesFollowTheDefinition() throws {
    let model = try SmallModels.model(cell: .gru)
    let window = SmallModels.window()
    let nats = model.losses(of: window).nats
    let logits = model.logits(after: window.inputs, batchSize: window.batchSize).logits
    for (position, target) in window.targets.enumerated() {
      let row = (0..<7).map {
        exponential(Double(logits[position / 3, position % 3, $0]))
      }
      let expected = -logarithm(row[Int(target)] / row.reduce(0, +))
      #expect(abs(nats[position] - expected) < 1e-5)
    }
  }

  @Test("No state given is the initial state given", arguments: CellKind.allCases)
  func noStateIsTheInitialState(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell)
    let window = SmallModels.window()
    let initial = model.stack.initialCarry(batchSize: window.batchSize)
    #expect(model.losses(of: window).nats == model.losses(of: window, from: initial).nats)
    #expect(model.losses(of: window).carry == model.losses(of: window, from: initial).carry)
  }

  @Test("Two windows with the carry between them are one", arguments: CellKind.allCases)
  func windowsContinue(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell)
    let whole = SmallModels.window(length: 8, batchSize: 3)
    let (nats, carry) = model.losses(of: whole)
    func part(_ steps: Range<Int>) -> Window {
      let range = steps.lowerBound * 3..<steps.upperBound * 3
      return Window(
        inputs: Array(whole.inputs[range]), targets: Array(whole.targets[range]),
        length: steps.count, batchSize: 3)
    }
    let first = model.losses(of: part(0..<3))
    let second = model.losses(of: part(3..<8), from: first.carry)
    for (a, b) in zip(nats, first.nats + second.nats) { #expect(abs(a - b) < 1e-5) }
    for (a, b) in zip(carry.layers.joined(), second.carry.layers.joined()) {
      #expect(SmallModels.distance(a, b) < 1e-5)
    }
  }

  @Test("A later token never changes an earlier output", arguments: CellKind.allCases)
  func modelIsCausal(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell)
    let tokens: [Int32] = [0, 1, 2, 3, 4, 5, 6, 0, 1]
    let before = model.logits(after: tokens).logits
    for position in tokens.indices {
      var changed = tokens
      changed[position] = (tokens[position] + 3) % 7
      let after = model.logits(after: changed).logits
      let split = position * 7
      #expect(before.scalars[..<split] == after.scalars[..<split])
      #expect(before.scalars[split..<split + 7] != after.scalars[split..<split + 7])
    }
  }

  @Test("Dropout has an effect on a tape, another for each seed, and none in inference")
  func dropoutActsInTraining() throws {
    let plain = try SmallModels.model()
    let dropping = try SmallModels.model(dropout: 0.5)
    let window = SmallModels.window()
    #expect(plain.losses(of: window).nats == dropping.losses(of: window).nats)
    func value(_ model: LanguageModel, seed: UInt64) -> Real {
      model.valueWithGradient(seed: seed) { $0.objective(of: window, on: $1).mean }.value
    }
    #expect(value(plain, seed: 1) == value(plain, seed: 2))
    #expect(value(dropping, seed: 1) != value(plain, seed: 1))
    #expect(value(dropping, seed: 1) != value(dropping, seed: 2))
    #expect(value(dropping, seed: 1) == value(dropping, seed: 1))
  }

  @Test("The outputs before the head are dropped, not only those between layers")
  func dropoutActsBeforeTheHead() throws {
    let plain = try SmallModels.model(hiddenSizes: [6])
    var dropping = plain
    dropping.dropout = 0.5
    let window = SmallModels.window()
    func value(_ model: LanguageModel) -> Real {
      model.valueWithGradient(seed: 1) { $0.objective(of: window, on: $1).mean }.value
    }
    #expect(value(plain) != value(dropping))
  }

  @Test("Tied weights are one tensor with the gradients of both uses")
  func tiedWeightsGetBothGradients() throws {
    let tied = try SmallModels.model(embeddingSize: 4, hiddenSizes: [6, 4], tiesWeights: true)
    var untied = try SmallModels.model(embeddingSize: 4, hiddenSizes: [6, 4])
    #expect(tied.parameters.count == untied.parameters.count - 1)
    for (name, value) in tied.parameters { untied.set(name, value) }
    untied.set("decoder.weight", tied.embedding.weight.value)
    let window = SmallModels.window()
    let one = tied.valueWithGradient { $0.objective(of: window, on: $1).mean }
    let two = untied.valueWithGradient { $0.objective(of: window, on: $1).mean }
    #expect(abs(one.value - two.value) < 1e-6)
    let both = try #require(tied.gradient("embedding.weight", in: one.gradients))
    let lookedUp = try #require(untied.gradient("embedding.weight", in: two.gradients))
    let decoded = try #require(untied.gradient("decoder.weight", in: two.gradients))
    for index in 0..<both.count {
      let sum = lookedUp.scalars[index] + decoded.scalars[index]
      #expect(abs(both.scalars[index] - sum) < 1e-5)
    }
    // Neither use is negligible.
    #expect(SmallModels.distance(both, lookedUp) > 1e-4)
    #expect(SmallModels.distance(both, decoded) > 1e-4)
  }

  @Test("The gradient of every parameter is the slope of the objective", arguments: [false, true])
  func gradientsAreSlopes(tiesWeights: Bool) throws {
    let model = try SmallModels.model(
      cell: .lstm, embeddingSize: 4, hiddenSizes: [4], tiesWeights: tiesWeights)
    let window = SmallModels.window(length: 4, batchSize: 2)
    let gradients = model.valueWithGradient { $0.objective(of: window, on: $1).mean }.gradients
    let step: Real = MemoryLayout<Real>.size == 8 ? 1e-5 : 1e-2
    let tolerance = MemoryLayout<Real>.size == 8 ? 1e-8 : 2e-3
    for (name, value) in model.parameters {
      let gradient = try #require(model.gradient(name, in: gradients), "\(name) has none")
      var generator = SeededGenerator(seed: 9)
      for _ in 0..<5 {
        let index = Int.random(in: 0..<value.count, using: &generator)
        func loss(_ offset: Real) -> Double {
          var moved = model
          var changed = value
          changed.withUnsafeMutableBuffer { $0[index] += offset }
          moved.set(name, changed)
          let nats = moved.losses(of: window).nats
          return nats.reduce(0, +) / Double(nats.count)
        }
        let slope = (loss(step) - loss(-step)) / Double(2 * step)
        #expect(abs(slope - Double(gradient.scalars[index])) < tolerance, "\(name)[\(index)]")
      }
    }
  }

  @Test("A few steps of gradient descent learn a periodic sequence", arguments: CellKind.allCases)
  func modelLearnsAPeriod(cell: CellKind) throws {
    // After 1 comes 2 or 3 by turns: the last token alone is not enough.
    let period: [Int32] = [0, 1, 2, 0, 1, 3]
    let tokens = (0..<25).map { period[$0 % 6] }
    let window = Window(
      inputs: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), length: 24,
      batchSize: 1)
    var model = try SmallModels.model(
      cell: cell, vocabularySize: 4, embeddingSize: 6, hiddenSizes: [16])
    for _ in 0..<300 {
      let result = model.valueWithGradient { $0.objective(of: window, on: $1).mean }
      model.descend(result.gradients, rate: 0.5)
    }
    let nats = model.losses(of: window).nats
    // The first steps cannot know the phase.
    let later = nats.dropFirst(6)
    #expect(later.reduce(0, +) / Double(later.count) < 0.1)
  }

  @Test("A model composed of one's own layers computes what a configured one does")
  func composedModelEqualsConfigured() throws {
    let model = try SmallModels.model()
    let composed = LanguageModel(
      embedding: model.embedding, stack: model.stack, head: model.head)
    let window = SmallModels.window()
    #expect(composed.losses(of: window).nats == model.losses(of: window).nats)
    #expect(composed.configuration == nil)
  }

  @Test("The initialiser of the design gives the layers asked for")
  func designInitialiser() {
    var generator = SeededGenerator(seed: 42)
    let model = LanguageModel(
      vocabularySize: 9, embeddingSize: 5, cell: .lstm(hiddenSize: 8, forgetBias: 1), layers: 2,
      using: &generator)
    #expect(model.configuration?.hiddenSizes == [8, 8])
    let bias = model.parameters.first { $0.name == "rnn.bias_ih_l1" }?.value.scalars ?? []
    #expect(bias[8..<16] == [1, 1, 1, 1, 1, 1, 1, 1])
  }
}

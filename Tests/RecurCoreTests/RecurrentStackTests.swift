import RecurCore
import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Stacks of layers")
struct RecurrentStackTests {
  private func stack(dropout: Real = 0) -> RecurrentStack {
    var generator = SeededGenerator(seed: 1)
    return RecurrentStack(
      layers: [
        LSTMCell(inputSize: 3, hiddenSize: 6, using: &generator),
        GRUCell(inputSize: 6, hiddenSize: 4, using: &generator),
        MinimalCell(inputSize: 4, hiddenSize: 5, using: &generator),
      ], dropout: dropout)
  }
  private let inputs = Tensor.normal([4, 2, 3], seed: 2)

  @Test("Parameters have PyTorch's names, and every layer a width of its own")
  func names() {
    let stack = stack()
    #expect(
      stack.parameters.prefix(5).map(\.name) == [
        "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l1",
      ])
    #expect(Set(stack.parameters.map(\.name)).count == 12)
    #expect(stack.parameterCount == 24 * 11 + 12 * 12 + 10 * 5)
    #expect(stack.inputSize == 3 && stack.hiddenSize == 5)
  }

  @Test(
    "Frozen layers have no gradients, and the others those that they have without frozen ones",
    arguments: [["_l0"], ["_l1"], ["_l0", "_l1"], ["_l0", "_l1", "_l2"]])
  func frozen(_ layers: [String]) {
    let stack = stack()
    let inputs = inputs
    func gradients(_ isFrozen: ((String) -> Bool)?) -> [(name: String, value: Tensor?)] {
      let (_, gradients) = stack.valueWithGradient(isFrozen: isFrozen) { stack, tape in
        let outputs = stack.unroll(tape.constant(inputs)).outputs
        return (outputs * outputs).sum()
      }
      var result: [(name: String, value: Tensor?)] = []
      var copy = stack
      copy.visitParameters { result.append(($0, gradients[$1])) }
      return result
    }
    let isFrozen = { (name: String) in layers.contains { name.contains($0) } }
    for (all, some) in zip(gradients(nil), gradients(isFrozen)) {
      #expect(some.value == (isFrozen(all.name) ? nil : all.value), "\(all.name)")
    }
  }

  @Test(
    "Where the state alone is on a tape, its gradient and those of the weights are the stepwise ones"
  )
  func stateAloneOnTape() {
    var generator = SeededGenerator(seed: 4)
    let cell = LSTMCell(inputSize: 3, hiddenSize: 6, using: &generator)
    let inputs = Variable(inputs)
    func gradients(isFused: Bool) -> [Tensor?] {
      let tape = Tape()
      let parts = [5, 6].map { tape.watch(Tensor.normal([2, 6], seed: $0)) }
      let state = LSTMState(hidden: parts[0], cell: parts[1])
      let outputs =
        isFused
        ? cell.unroll(inputs, from: state).outputs
        : cell.unrolledStepwise(inputs, from: state).outputs
      let found = tape.gradients(of: (outputs * outputs).sum())
      return parts.map { found[$0] } + [found[cell.weightHH], found[cell.biasIH]]
    }
    for (fused, stepwise) in zip(gradients(isFused: true), gradients(isFused: false)) {
      guard let fused, let stepwise else {
        Issue.record("a gradient is missing")
        continue
      }
      #expect(fused.difference(to: stepwise) < roundingTolerance)
    }
  }

  @Test("It is each layer on the outputs of the one below")
  func layersAreChained() {
    var generator = SeededGenerator(seed: 1)
    let first = LSTMCell(inputSize: 3, hiddenSize: 6, using: &generator)
    let second = GRUCell(inputSize: 6, hiddenSize: 4, using: &generator)
    let third = MinimalCell(inputSize: 4, hiddenSize: 5, using: &generator)
    let one = first.unrolledStepwise(Variable(inputs))
    let two = second.unrolledStepwise(one.outputs)
    let three = third.unrolledStepwise(two.outputs)
    let result = stack().unroll(Variable(inputs))
    #expect(result.outputs.value.difference(to: three.outputs.value) < roundingTolerance)
    let expected = [
      [one.state.hidden, one.state.cell], [two.state.hidden], [three.state.hidden],
    ]
    #expect(result.carry.layers.map(\.count) == [2, 1, 1])
    for (found, expected) in zip(result.carry.layers.joined(), expected.joined()) {
      #expect(found.difference(to: expected.value) < roundingTolerance)
    }
  }

  @Test("Two windows with the carry handed on equal one; no carry is the initial one")
  func carry() {
    let stack = stack()
    let whole = stack.unroll(Variable(inputs))
    let first = stack.unroll(Variable(inputs.steps(0..<3)))
    let second = stack.unroll(Variable(inputs.steps(3..<4)), from: first.carry)
    #expect(
      second.outputs.value.difference(to: whole.outputs.value.steps(3..<4)) < roundingTolerance)
    for (found, expected) in zip(second.carry.layers.joined(), whole.carry.layers.joined()) {
      #expect(found.difference(to: expected) < roundingTolerance)
    }
    let given = stack.unroll(Variable(inputs), from: stack.initialCarry(batchSize: 2))
    #expect(given.outputs.value.difference(to: whole.outputs.value) < roundingTolerance)
    let other = stack.unroll(Variable(inputs), from: first.carry)
    #expect(other.outputs.value.difference(to: whole.outputs.value) > 0.01, "the carry counts")
  }

  @Test("Gradients through all layers equal central differences, with lengths and states")
  func gradients() {
    let stack = stack()
    let states = [[[2, 6], [2, 6]], [[2, 4]], [[2, 5]]]
    let tensors = states.joined().enumerated().map { Tensor.normal($1, seed: UInt64($0 + 5)) }
    let error = GradientCheck.greatestError(at: [inputs] + tensors) { variables in
      let states = [[variables[1], variables[2]], [variables[3]], [variables[4]]]
      let result = stack.unroll(variables[0], lengths: [4, 2], states: states)
      let outputs = result.outputs * Variable(Tensor.normal([4, 2, 5], seed: 9))
      return result.states.joined().reduce(outputs.sum()) { $0 + ($1 * $1).sum() }
    }
    #expect(error < GradientCheck.tolerance)
  }

  @Test("Tokens give what their embeddings give")
  func tokens() {
    let stack = stack()
    let embedding = Variable(Tensor.normal([5, 3], seed: 3))
    let tokens: [Int32] = [0, 4, 2, 2, 1, 3, 0, 0]
    let carry = stack.unroll(Variable(inputs)).carry
    let found = stack.unroll(tokens: tokens, embedding: embedding, batchSize: 2, from: carry)
    let expected = stack.unroll(
      embedding.gatherRows(tokens).reshaped([4, 2, 3]), from: carry)
    #expect(found.outputs.value.difference(to: expected.outputs.value) < roundingTolerance)
    for (found, expected) in zip(found.carry.layers.joined(), expected.carry.layers.joined()) {
      #expect(found.difference(to: expected) < roundingTolerance)
    }
  }

  @Test("Dropout acts between layers and in training only")
  func dropout() {
    let plain = stack().unroll(Variable(inputs)).outputs.value
    let stack = stack(dropout: 0.5)
    #expect(stack.unroll(Variable(inputs)).outputs.value == plain)
    let trained = stack.unroll(Tape(seed: 1).constant(inputs)).outputs.value
    #expect(trained.difference(to: plain) > 0.01)
    #expect(!trained.scalars.contains(0), "the outputs of the last layer are whole")
    #expect(stack.unroll(Tape(seed: 1).constant(inputs)).outputs.value == trained)
    #expect(stack.unroll(Tape(seed: 2).constant(inputs)).outputs.value != trained)
    var generator = SeededGenerator(seed: 1)
    let single = RecurrentStack(
      layers: [GRUCell(inputSize: 3, hiddenSize: 4, using: &generator)], dropout: 0.5)
    let inference = single.unroll(Variable(inputs)).outputs.value
    #expect(single.unroll(Tape().constant(inputs)).outputs.value == inference)
  }

  @Test("Rows of a carry are chosen in every part")
  func rowsOfACarry() {
    let carry = stack().unroll(Variable(inputs)).carry
    let chosen = carry.rows([1, 0, 1])
    for (found, expected) in zip(chosen.layers.joined(), carry.layers.joined()) {
      #expect(found == expected.rows([1, 0, 1]))
    }
  }
}

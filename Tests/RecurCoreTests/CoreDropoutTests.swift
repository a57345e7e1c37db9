import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("What is dropped inside of a core")
struct CoreDropoutTests {
  private let inputs = Tensor.normal([5, 3, 4], seed: 2)
  private let tokens: [Int32] = [0, 4, 2, 2, 1, 3, 0, 0, 4, 29, 2, 2, 17, 5, 1]
  private let embedding = Tensor.normal([30, 4], seed: 3)

  private func stack(_ dropout: CoreDropout, _ cell: CellCase = CellCase.all[2]) -> RecurrentStack {
    var generator = SeededGenerator(seed: 1)
    return RecurrentStack(
      layers: [cell.make(4, 6, &generator), cell.make(6, 5, &generator)], dropout: dropout)
  }

  private func outputs(_ stack: RecurrentStack, seed: UInt64 = 1) -> Tensor {
    stack.unroll(Tape(seed: seed).constant(inputs)).outputs.value
  }

  static let each: [CoreDropout] = [
    CoreDropout(between: 0.5), CoreDropout(between: 0.5, locked: true), CoreDropout(inputs: 0.5),
    CoreDropout(inputs: 0.5, locked: true), CoreDropout(weights: 0.5),
  ]

  @Test("Each acts on a tape, by its seed, and not without one", arguments: each)
  func acts(_ dropout: CoreDropout) {
    let stack = stack(dropout)
    let plain = self.stack(CoreDropout()).unroll(Variable(inputs)).outputs.value
    #expect(stack.unroll(Variable(inputs)).outputs.value == plain)
    #expect(outputs(stack).difference(to: plain) > 0.001)
    #expect(outputs(stack) == outputs(stack))
    #expect(outputs(stack, seed: 2) != outputs(stack))
  }

  @Test("Each acts on tokens as on the inputs that they stand for", arguments: each)
  func actsOnTokens(_ dropout: CoreDropout) {
    let stack = stack(dropout)
    func outputs(_ tape: Tape, fromTokens: Bool) -> Tensor {
      let weight = tape.constant(embedding)
      return fromTokens
        ? stack.unroll(tokens: tokens, embedding: weight, batchSize: 3).outputs.value
        : stack.unroll(weight.gatherRows(tokens).reshaped([5, 3, 4])).outputs.value
    }
    let found = outputs(Tape(seed: 5), fromTokens: true)
    let expected = outputs(Tape(seed: 5), fromTokens: false)
    #expect(found.difference(to: expected) < roundingTolerance)
  }

  @Test("What is between the layers is the same in every step only where it is locked")
  func locks() {
    // A first layer of constant outputs: what differs between steps was dropped.
    var stack = stack(CoreDropout(inputs: 0.5, locked: true))
    let ones = Tensor(repeating: 1, shape: [5, 3, 4])
    func dropped(_ isLocked: Bool) -> [[Real]] {
      stack.dropout.isLocked = isLocked
      let values = stack.dropout(Tape(seed: 1).constant(ones), probability: 0.5).value.scalars
      return (0..<5).map { Array(values[$0 * 12..<($0 + 1) * 12]) }
    }
    #expect(Set(dropped(true)).count == 1)
    #expect(Set(dropped(false)).count > 1)
  }

  @Test("A dropped recurrent weight is the definition's with that weight", arguments: CellCase.all)
  func weightDropEqualsDefinition(_ cell: CellCase) {
    var generator = SeededGenerator(seed: 1)
    let made = cell.make(4, 6, &generator)
    let stack = RecurrentStack(layers: [made], dropout: CoreDropout(weights: 0.4))
    let tape = Tape(seed: 9)
    let x = tape.watch(inputs)
    let found = stack.unroll(x).outputs
    let gradients = tape.gradients(of: (found * found).sum())
    // The same choice from the same seed.
    var masked = stack
    var gone: [Bool] = []
    var name = ""
    masked.visitParameters { key, parameter in
      guard key.hasPrefix("weight_hh") else { return }
      name = key
      parameter.value = Tape(seed: 9).constant(parameter.value).dropout(probability: 0.4).value
      gone = parameter.value.scalars.map { $0 == 0 }
    }
    masked.dropout = CoreDropout()
    let other = Tape()
    let y = other.watch(inputs)
    let expected = Self.stepwise(masked.layers[0], y)
    let expectedGradients = other.gradients(of: (expected * expected).sum())
    #expect(found.value.difference(to: expected.value) < roundingTolerance)
    #expect(
      gradients[x]?.difference(to: expectedGradients[y] ?? Tensor(0)) ?? .infinity
        < 10 * roundingTolerance)
    guard cell.description != "a user's cell" else {
      #expect(name.isEmpty, "weights that nobody else knows stay")
      return
    }
    #expect(gone.contains(true) && gone.contains(false))
    var (gradient, unmasked) = (Tensor(0), Tensor(0))
    var copy = stack
    copy.visitParameters { if $0 == name { gradient = gradients[$1] ?? gradient } }
    masked.visitParameters { if $0 == name { unmasked = expectedGradients[$1] ?? unmasked } }
    // d(w m) / dw = m: nothing flows to what was dropped, and the rest is scaled.
    let factors = gone.map { $0 ? 0 : 1 / (1 - Real(0.4)) }
    let product = Tensor(zip(unmasked.scalars, factors).map { $0 * $1 }, shape: unmasked.shape)
    #expect(gradient.difference(to: product) < 10 * roundingTolerance)
    #expect(zip(gradient.scalars, gone).allSatisfy { !$1 || $0 == 0 })
  }

  private static func stepwise(_ cell: some RecurrentCell, _ inputs: Variable) -> Variable {
    cell.unrolledStepwise(inputs).outputs
  }

  @Test("A dropped word is zeros wherever it occurs, and has no gradient")
  func embeddingDropout() {
    let dropout = CoreDropout(embedding: 0.5)
    let tape = Tape(seed: 2)
    let weight = tape.watch(embedding)
    let rows = dropout.embedded(tokens, in: weight, batchSize: 3)
    #expect(rows.shape == [5, 3, 4])
    var isDropped: [Int32: Bool] = [:]
    for (position, token) in tokens.enumerated() {
      let row = Array(rows.value.scalars[position * 4..<(position + 1) * 4])
      let original = (0..<4).map { embedding[Int(token), $0] }
      let isZero = row.allSatisfy { $0 == 0 }
      #expect(isDropped.updateValue(isZero, forKey: token) ?? isZero == isZero)
      if !isZero {
        for (a, b) in zip(row, original) { #expect(abs(a - 2 * b) < 1e-5) }
      }
    }
    #expect(Set(isDropped.values).count == 2)
    let stack = stack(dropout)
    let folded = stack.unroll(
      tokens: tokens, embedding: Tape(seed: 2).watch(embedding), batchSize: 3)
    let plain = self.stack(CoreDropout()).unroll(Variable(rows.value))
    #expect(folded.outputs.value.difference(to: plain.outputs.value) < roundingTolerance)
    let gradients = tape.gradients(of: (rows * rows).sum())
    for (token, isZero) in isDropped {
      let row = (0..<4).map { gradients[weight]?[Int(token), $0] ?? .nan }
      #expect(row.allSatisfy { $0 == 0 } == isZero)
    }
    let inference = dropout.embedded(tokens, in: Variable(embedding), batchSize: 3)
    #expect(inference.value == Variable(embedding).gatherRows(tokens).value.reshaped([5, 3, 4]))
  }

  @Test("Gradients of all parameters are slopes, with everything dropped", arguments: [1, 2, 3])
  func gradients(seed: UInt64) {
    let stack = stack(
      CoreDropout(between: 0.3, inputs: 0.2, embedding: 0.2, weights: 0.3, locked: true))
    func objective(_ stack: RecurrentStack, _ tape: Tape, _ weight: Variable) -> Variable {
      let result = stack.unroll(tokens: tokens, embedding: weight, batchSize: 3)
      return (result.outputs * Variable(Tensor.normal([5, 3, 5], seed: 9))).sum()
    }
    let tape = Tape(seed: seed)
    let weight = tape.watch(embedding)
    let gradients = tape.gradients(of: objective(stack, tape, weight))
    func value(_ stack: RecurrentStack, _ embedding: Tensor) -> Double {
      let tape = Tape(seed: seed)
      return Double(objective(stack, tape, tape.constant(embedding)).value.scalar)
    }
    var error = GradientCheck.greatestError(
      of: gradients[weight] ?? Tensor(0), at: embedding, checking: 40
    ) { value(stack, $0) }
    #expect(error < GradientCheck.tolerance)
    for (name, tensor) in stack.parameters {
      var copy = stack
      var gradient: Tensor?
      copy.visitParameters { if $0 == name { gradient = gradients[$1] } }
      error = GradientCheck.greatestError(of: gradient ?? Tensor(0), at: tensor, checking: 12) {
        moved in
        var other = stack
        other.visitParameters { if $0 == name { $1.value = moved } }
        return value(other, embedding)
      }
      #expect(error < GradientCheck.tolerance, "\(name)")
    }
  }

  @Test("Both directions of a layer drop weights of their own", arguments: CellCase.all.prefix(4))
  func bidirectional(_ cell: CellCase) {
    var generator = SeededGenerator(seed: 1)
    let one = cell.make(4, 6, &generator)
    var network = Bidirectional(
      layers: [.init(forward: one, backward: one)], dropout: CoreDropout(weights: 0.5))
    let same = Tensor(repeating: 1, shape: [5, 3, 4])
    func halves(_ outputs: Tensor) -> (first: [Real], second: [Real]) {
      // Of inputs that are the same in all steps, the last of one direction is the first of the other.
      let values = outputs.scalars
      let width = 12
      return (Array(values[(4 * 3) * width..<(4 * 3) * width + 6]), Array(values[6..<12]))
    }
    let plain = halves(network.unroll(Variable(same)).outputs.value)
    #expect(plain.first == plain.second)
    let trained = halves(network.unroll(Tape(seed: 3).constant(same)).outputs.value)
    #expect(trained.first != trained.second && trained.first != plain.first)
    network.dropout = CoreDropout()
    let undropped = halves(network.unroll(Tape(seed: 3).constant(same)).outputs.value)
    #expect(undropped.first == plain.first)
  }
}

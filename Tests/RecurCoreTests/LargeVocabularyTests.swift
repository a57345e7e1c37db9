import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("Windows that have few tokens of a large vocabulary")
struct LargeVocabularyTests {
  private func contract(_ cell: CellCase, _ sizes: CellSizes = .long) -> CellContract {
    var contract = CellContract(cell, sizes)
    let vocabulary = 90
    var generator = SeededGenerator(seed: 8)
    contract.embedding = generator.normal(shape: [vocabulary, sizes.inputs])
    // Some tokens twice, not in the order of their numbers, the last row among them.
    contract.tokens = (0..<sizes.steps * sizes.batch).map { index in
      let mixed = (index * 37 + 89) % 90
      return Int32(mixed / 4 * 4 + 1)
    }
    contract.tokens[0] = 89
    return contract
  }

  @Test("Their tokens give what their embeddings give", arguments: CellCase.all)
  func tokensEqualEmbeddings(_ cell: CellCase) {
    let contract = contract(cell)
    #expect(Set(contract.tokens).count < contract.tokens.count)
    let found = contract.evaluation(.tokens)
    let difference = found.difference(to: contract.evaluation(.embedded))
    #expect(difference.value < roundingTolerance, "\(difference)")
    let gradient = found.gradients["embedding"] ?? Tensor(0)
    let width = contract.sizes.inputs
    for row in 0..<90 {
      let isTouched = gradient.scalars[row * width..<(row + 1) * width].contains { $0 != 0 }
      #expect(isTouched == contract.tokens.contains(Int32(row)))
    }
  }

  @Test("Gradients equal central differences", arguments: CellCase.differentiable)
  func gradients(_ cell: CellCase) {
    let error = contract(cell, .small).gradientError(.tokens, padded: false)
    #expect(error.value < GradientCheck.tolerance, "\(error)")
    #expect(error.value > 0, "nothing was compared")
  }

  @Test("Segments that are computed again change nothing", arguments: CellCase.all)
  func segments(_ cell: CellCase) {
    let contract = contract(cell)
    let kept = contract.evaluation(.tokens)
    // Of one step, fewer than there are rows, and of several.
    for limit in [1, 320, 1300] {
      let again = Recomputation.$limit.withValue(limit) { contract.evaluation(.tokens) }
      let difference = again.difference(to: kept)
      #expect(difference.value < roundingTolerance, "\(difference) limit \(limit)")
    }
  }

  @Test("Threads change no bit", arguments: CellCase.all)
  func threads(_ cell: CellCase) {
    let contract = contract(cell, CellSizes.all[3])
    let results = [1, 2, 3].map { count in
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: count)) {
        contract.evaluation(.tokens)
      }
    }
    for other in results.dropFirst() {
      #expect(other.outputs == results[0].outputs && other.gradients == results[0].gradients)
    }
  }

  @Test("A stepper of a vocabulary too large for a table gives what the stack gives")
  func stepper() {
    var generator = SeededGenerator(seed: 3)
    let stack = RecurrentStack(
      layers: [LSTMCell(inputSize: 3, hiddenSize: 300, using: &generator)])
    let embedding = generator.normal(shape: [7100, 3])
    #expect(embedding.shape[0] * 1200 > 1 << 23)
    let tokens: [Int32] = [0, 7099, 12, 12, 5000, 1]
    var stepper = StackStepper(stack, embedding: embedding, rows: 2)
    let whole = stack.unroll(tokens: tokens, embedding: Variable(embedding), batchSize: 2)
    for step in 0..<3 {
      let output = stepper.step(Array(tokens[2 * step..<2 * step + 2]))
      let expected = whole.outputs.value.steps(step..<step + 1).reshaped([2, 300])
      #expect(output.difference(to: expected) < roundingTolerance)
    }
  }
}

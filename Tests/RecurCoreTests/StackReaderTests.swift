import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("Reading without a tape")
struct StackReaderTests {
  private static let (vocabulary, width, steps, rows) = (11, 5, 9, 4)
  private static let lengths: [Int32] = [9, 2, 5, 1]

  private let embedding = Tensor.normal([vocabulary, width], seed: 3)
  private let tokens: [Int32] = (0..<Int32(steps * rows)).map { ($0 * 7 + 2) % 11 }

  private func stack(_ name: String) -> RecurrentStack {
    var generator = SeededGenerator(seed: 5)
    let w = Self.width
    let layers: [any RecurrentCell] =
      switch name {
      case "lstm":
        [
          LSTMCell(inputSize: w, hiddenSize: 6, using: &generator),
          LSTMCell(inputSize: 6, hiddenSize: 19, using: &generator),
        ]
      case "gru":
        [
          GRUCell(inputSize: w, hiddenSize: 18, using: &generator),
          GRUCell(inputSize: 18, hiddenSize: 3, using: &generator),
        ]
      case "rnn": [RNNCell(inputSize: w, hiddenSize: 7, activation: .tanh, using: &generator)]
      default:
        [
          MinimalCell(inputSize: w, hiddenSize: 4, using: &generator),
          LSTMCell(inputSize: 4, hiddenSize: 6, using: &generator),
        ]
      }
    return RecurrentStack(layers: layers)
  }

  @Test(
    "Reading gives what unrolling over the rows gives",
    arguments: ["lstm", "gru", "rnn", "one's own"])
  func equalsUnroll(_ name: String) {
    let stack = stack(name)
    let inputs = Variable(embedding).gatherRows(tokens)
      .reshaped([Self.steps, Self.rows, Self.width])
    let expected = stack.unroll(inputs, lengths: Self.lengths)
    let reader = StackReader(stack, embedding: embedding)
    for reader in [reader, reader.folded()] {
      let found = reader.read(tokens, batchSize: Self.rows, lengths: Self.lengths)
      #expect(found.outputs.difference(to: expected.outputs.value) < roundingTolerance)
      for (a, b) in zip(found.carry.layers.joined(), expected.carry.layers.joined()) {
        #expect(a.difference(to: b) < roundingTolerance)
      }
    }
    #expect(
      reader.read(tokens, batchSize: Self.rows).outputs
        == reader.folded().read(tokens, batchSize: Self.rows).outputs)
  }

  @Test(
    "A row has the same bits alone and in chunks", arguments: ["lstm", "gru", "rnn", "one's own"])
  func sameBits(_ name: String) {
    let reader = StackReader(stack(name), embedding: embedding)
    let together = reader.read(tokens, batchSize: Self.rows)
    for row in 0..<Self.rows {
      let own = (0..<Self.steps).map { tokens[$0 * Self.rows + row] }
      var carry: Carry?
      var outputs: [Real] = []
      for range in [0..<1, 1..<6, 6..<Self.steps] {
        let result = reader.read(Array(own[range]), batchSize: 1, from: carry)
        outputs += result.outputs.scalars
        carry = result.carry
      }
      let width = together.outputs.shape[2]
      let scalars = together.outputs.scalars
      var expected: [Real] = []
      for step in 0..<Self.steps {
        let first = (step * Self.rows + row) * width
        expected += scalars[first..<first + width]
      }
      #expect(outputs == expected)
      #expect(carry == together.carry.rows([row]))
    }
  }

  @Test("Tokens with lengths unroll as the rows that they stand for, in value and gradient")
  func tokensWithLengths() {
    let stack = stack("lstm")
    var generator = SeededGenerator(seed: 6)
    let both = Bidirectional(layers: [
      .init(
        forward: GRUCell(inputSize: Self.width, hiddenSize: 4, using: &generator),
        backward: GRUCell(inputSize: Self.width, hiddenSize: 4, using: &generator)),
      .init(
        forward: GRUCell(inputSize: 8, hiddenSize: 3, using: &generator),
        backward: GRUCell(inputSize: 8, hiddenSize: 3, using: &generator)),
    ])
    func compare(
      _ byTokens: (Variable) -> Variable, _ byRows: (Variable) -> Variable
    ) {
      func gradient(_ outputs: (Variable) -> Variable) -> (value: Tensor, gradient: Tensor?) {
        let tape = Tape()
        let rows = tape.watch(embedding)
        let result = outputs(rows)
        let value = result.value
        return (value, tape.gradients(of: (result * result).sum())[rows])
      }
      let (one, two) = (gradient(byTokens), gradient(byRows))
      #expect(one.value.difference(to: two.value) < roundingTolerance)
      #expect(
        one.gradient?.difference(to: two.gradient ?? Tensor(0)) ?? .infinity < roundingTolerance)
    }
    func rows(_ embedding: Variable) -> Variable {
      embedding.gatherRows(tokens).reshaped([Self.steps, Self.rows, Self.width])
    }
    compare(
      {
        stack.unroll(
          tokens: tokens, embedding: $0, batchSize: Self.rows, lengths: Self.lengths
        ).outputs
      }, { stack.unroll(rows($0), lengths: Self.lengths).outputs })
    compare(
      {
        both.unroll(
          tokens: tokens, embedding: $0, batchSize: Self.rows, lengths: Self.lengths
        ).outputs
      }, { both.unroll(rows($0), lengths: Self.lengths).outputs })
  }

  @Test("A row of a carry can be replaced, and nothing else changes")
  func replacingARow() {
    let stack = stack("lstm")
    let reader = StackReader(stack, embedding: embedding)
    let one = reader.read(tokens, batchSize: Self.rows).carry
    var two = stack.initialCarry(batchSize: 3)
    two.replaceRow(1, by: one, 2)
    #expect(two.rows([1]) == one.rows([2]))
    #expect(two.rows([0, 2]) == stack.initialCarry(batchSize: 2))
  }
}

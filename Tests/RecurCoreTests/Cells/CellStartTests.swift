import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("The start of the cells")
struct CellStartTests {
  @Test("Weights begin within ±1/√H and fill that range", arguments: CellCase.all.prefix(4))
  func bounds(_ cell: CellCase) {
    var generator = SeededGenerator(seed: 3)
    let made = cell.make(9, 100, &generator)
    for (name, value) in made.parameters {
      #expect(value.scalars.allSatisfy { abs($0) <= 0.1 }, "\(name)")
      #expect((value.scalars.max() ?? 0) > 0.08 && (value.scalars.min() ?? 0) < -0.08, "\(name)")
    }
    #expect(
      made.parameters.map(\.name) == ["weight_ih", "weight_hh", "bias_ih", "bias_hh"])
  }

  @Test("Weights are drawn in visiting order, the same for the same seed")
  func order() {
    var generator = SeededGenerator(seed: 4)
    let cell = GRUCell(inputSize: 2, hiddenSize: 4, using: &generator)
    var again = SeededGenerator(seed: 4)
    for (_, value) in cell.parameters {
      #expect(again.uniform(in: -0.5...0.5, shape: value.shape) == value)
    }
    #expect(again == generator)
  }

  @Test("A forget bias is the sum of the two biases of that gate and touches no other")
  func forgetBias() {
    var first = SeededGenerator(seed: 5)
    var second = SeededGenerator(seed: 5)
    let plain = LSTMCell(inputSize: 2, hiddenSize: 3, using: &first)
    let open = LSTMCell(inputSize: 2, hiddenSize: 3, forgetBias: 1.5, using: &second)
    let sums = zip(open.biasIH.value.scalars, open.biasHH.value.scalars).map { $0 + $1 }
    #expect(Array(sums[3..<6]) == [1.5, 1.5, 1.5])
    for (a, b) in zip([open.biasIH, open.biasHH], [plain.biasIH, plain.biasHH]) {
      #expect(a.value.scalars[..<3] == b.value.scalars[..<3])
      #expect(a.value.scalars[6...] == b.value.scalars[6...])
      #expect(a.value.scalars[3..<6] != b.value.scalars[3..<6])
    }
    #expect(open.weightIH.value == plain.weightIH.value)
    #expect(first == second, "the option draws nothing of its own")
  }

  @Test("A forget gate that is open keeps the cell state")
  func openGateRemembers() {
    var generator = SeededGenerator(seed: 6)
    func kept(_ bias: Real) -> Real {
      let cell = LSTMCell(inputSize: 2, hiddenSize: 3, forgetBias: bias, using: &generator)
      let state = LSTMState(
        hidden: Variable(Tensor(zeros: [1, 3])),
        cell: Variable(Tensor(repeating: 100, shape: [1, 3])))
      let result = cell.unroll(Variable(Tensor(zeros: [10, 1, 2])), from: state)
      return result.state.cell.value.scalars.min() ?? 0
    }
    #expect(kept(8) > 80)
    #expect(kept(-8) < 5)
  }
}

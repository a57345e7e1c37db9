import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("Both directions")
struct BidirectionalTests {
  private func network() -> Bidirectional {
    var generator = SeededGenerator(seed: 1)
    func cell(_ inputSize: Int, _ hiddenSize: Int) -> LSTMCell {
      LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, using: &generator)
    }
    return Bidirectional(layers: [
      .init(forward: cell(3, 5), backward: cell(3, 5)),
      .init(forward: cell(10, 4), backward: cell(10, 4)),
    ])
  }
  private let inputs = Tensor.normal([6, 3, 3], seed: 2)
  private let lengths: [Int32] = [6, 2, 4]

  @Test("Parameters have PyTorch's names")
  func names() {
    let names = network().parameters.map(\.name)
    #expect(names.count == 16 && Set(names).count == 16)
    #expect(names[0] == "weight_ih_l0" && names[4] == "weight_ih_l0_reverse")
    #expect(names[15] == "bias_hh_l1_reverse")
  }

  @Test("A padded batch equals each sequence alone")
  func paddedEqualsAlone() {
    let network = network()
    let batch = network.unroll(Variable(inputs), lengths: lengths)
    #expect(batch.outputs.shape == [6, 3, 8])
    for (row, length) in lengths.enumerated() {
      let alone = network.unroll(
        Variable(inputs.columns([row]).steps(0..<Int(length))))
      let found = batch.outputs.value.columns([row])
      #expect(found.steps(0..<Int(length)).difference(to: alone.outputs.value) < roundingTolerance)
      let padding = found.steps(Int(length)..<6)
      #expect(padding == Tensor(zeros: padding.shape))
      for (found, expected) in zip(batch.carry.layers.joined(), alone.carry.layers.joined()) {
        #expect(found.rows([row]).difference(to: expected) < roundingTolerance)
      }
    }
  }

  @Test("The backward direction has seen what comes later, the forward one has not")
  func directions() {
    let network = Bidirectional(layers: [network().layers[0]])
    let plain = network.unroll(Variable(inputs)).outputs
    var changed = inputs
    changed.withUnsafeMutableBuffer { $0[5 * 9] += 1 }
    let other = network.unroll(Variable(changed)).outputs
    let (first, second) = (plain[0], other[0])
    #expect(first.columns(0..<5).value == second.columns(0..<5).value)
    #expect(first.columns(5..<10).value != second.columns(5..<10).value)
  }

  @Test("Gradients through both directions equal central differences")
  func gradients() {
    let network = network()
    let error = GradientCheck.greatestError(at: [inputs], checking: 30) { variables in
      let result = network.unroll(variables[0], lengths: lengths, states: nil)
      let outputs = result.outputs * Variable(Tensor.normal([6, 3, 8], seed: 9))
      return result.states.joined().reduce(outputs.sum()) { $0 + ($1 * $1).sum() }
    }
    #expect(error < GradientCheck.tolerance)
  }
}

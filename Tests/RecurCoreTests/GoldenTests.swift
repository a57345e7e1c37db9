import RecurCore
import RecurGradients
import RecurTensors
import TestSupport
import Testing

/// Outputs and every gradient against the numbers that `Tests/Golden/recurrent/generate.py` had
/// PyTorch print.
@Suite("PyTorch's recurrent layers")
struct GoldenTests {
  static let cells = ["rnn_tanh", "rnn_relu", "lstm", "gru"]

  @Test(
    "A stack equals PyTorch's in values and gradients", arguments: cells, ["1", "3", "1_lengths"])
  func stackEqualsPyTorch(_ cell: String, _ variant: String) throws {
    let golden = try GoldenFile("recurrent/\(cell)_\(variant).safetensors")
    let depth = variant == "3" ? 3 : 1
    let inputSize = try golden.tensor("inputs").shape[2]
    let hiddenSize = try golden.tensor("initial_hidden").shape[2]
    let stack = RecurrentStack(
      layers: (0..<depth).map { Self.make(cell, $0 == 0 ? inputSize : hiddenSize, hiddenSize) })
    try compare(stack, with: golden, parts: cell == "lstm" ? 2 : 1) {
      stack, inputs, lengths, states in
      stack.unroll(inputs, lengths: lengths, states: states)
    }
  }

  @Test(
    "Both directions equal PyTorch's in values and gradients", arguments: ["lstm", "gru"],
    ["", "_lengths"])
  func bidirectionalEqualsPyTorch(_ cell: String, _ variant: String) throws {
    let golden = try GoldenFile("recurrent/\(cell)_1_bidirectional\(variant).safetensors")
    let inputSize = try golden.tensor("inputs").shape[2]
    let hiddenSize = try golden.tensor("initial_hidden").shape[2]
    let module = Bidirectional(layers: [
      .init(
        forward: Self.make(cell, inputSize, hiddenSize),
        backward: Self.make(cell, inputSize, hiddenSize))
    ])
    try compare(module, with: golden, parts: cell == "lstm" ? 2 : 1) {
      module, inputs, lengths, states in
      module.unroll(inputs, lengths: lengths, states: states)
    }
  }

  private static func make(
    _ cell: String, _ inputSize: Int, _ hiddenSize: Int
  ) -> any RecurrentCell {
    var generator = SeededGenerator(seed: 1)
    switch cell {
    case "lstm":
      return LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, using: &generator)
    case "gru": return GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, using: &generator)
    default:
      return RNNCell(
        inputSize: inputSize, hiddenSize: hiddenSize,
        activation: cell == "rnn_relu" ? .relu : .tanh,
        using: &generator)
    }
  }

  /// Gives a module the file's weights, inputs and initial state, and compares all that comes out.
  private func compare<Network: Module>(
    _ network: Network, with golden: GoldenFile, parts: Int,
    _ unroll: (Network, Variable, [Int32]?, [[Variable]]) -> (
      outputs: Variable, states: [[Variable]]
    )
  ) throws {
    var network = network
    var count = 0
    try network.visitParameters { name, parameter in
      let value = try golden.tensor(name)
      try #require(value.shape == parameter.value.shape, "\(name)")
      parameter.value = value
      count += 1
    }
    #expect(count == golden.names.filter { $0.hasPrefix("weight_") || $0.hasPrefix("bias_") }.count)
    let lengths =
      golden.contains("lengths") ? try golden.doubles("lengths").map { Int32($0) } : nil

    let names = ["hidden", "cell"].prefix(parts)
    let tape = Tape()
    let inputs = tape.watch(try golden.tensor("inputs"))
    let initial = try names.map { tape.watch(try golden.tensor("initial_\($0)")) }
    let states = (0..<initial[0].shape[0]).map { layer in initial.map { $0[layer] } }
    let (outputs, finals) = unroll(network, inputs, lengths, states)
    #expect(outputs.value.difference(to: try golden.tensor("outputs")) < roundingTolerance)
    var objective = (outputs * Variable(try golden.tensor("outputs_weights"))).sum()
    for (part, name) in names.enumerated() {
      let final = Variable.stacked(finals.map { $0[part] })
      #expect(final.value.difference(to: try golden.tensor("final_\(name)")) < roundingTolerance)
      objective =
        objective + (final * Variable(try golden.tensor("final_\(name)_weights"))).sum()
    }
    let loss = try golden.doubles("loss")[0]
    #expect(abs(Double(objective.value.scalar) - loss) < roundingTolerance * max(10, abs(loss)))

    let gradients = tape.gradients(of: objective)
    func check(_ name: String, _ gradient: Tensor?) throws {
      let difference = gradient?.difference(to: try golden.tensor("grad.\(name)"))
      #expect(difference ?? .infinity < roundingTolerance, "\(name)")
    }
    try check("inputs", gradients[inputs])
    for (variable, name) in zip(initial, names) {
      try check("initial_\(name)", gradients[variable])
    }
    try network.visitParameters { try check($0, gradients[$1]) }
  }
}

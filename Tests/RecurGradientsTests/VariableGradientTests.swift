import RecurGradients
import RecurTensors
import TestSupport
import Testing

/// Every operation against central differences.
@Suite("Gradients of the operations")
struct VariableGradientTests {
  /// An operation on operands of given shapes.
  struct Operation: Sendable, CustomStringConvertible {
    let description: String
    let shapes: [[Int]]
    /// Whether the operands must be positive.
    var isPositive = false
    let compute: @Sendable ([Variable]) -> Variable
  }

  static let operations: [Operation] = [
    Operation(description: "a + b", shapes: [[3, 4], [3, 4]]) { $0[0] + $0[1] },
    Operation(description: "a + row", shapes: [[2, 3, 4], [4]]) { $0[0] + $0[1] },
    Operation(description: "a + matrix", shapes: [[2, 3, 4], [3, 4]]) { $0[0] + $0[1] },
    Operation(description: "a + scalar", shapes: [[3, 4], []]) { $0[0] + $0[1] },
    Operation(description: "a - b", shapes: [[3, 4], [3, 4]]) { $0[0] - $0[1] },
    Operation(description: "a - row", shapes: [[3, 4], [4]]) { $0[0] - $0[1] },
    Operation(description: "a * b", shapes: [[3, 4], [3, 4]]) { $0[0] * $0[1] },
    Operation(description: "a * row", shapes: [[5, 4], [4]]) { $0[0] * $0[1] },
    Operation(description: "a * scalar", shapes: [[5, 4], []]) { $0[0] * $0[1] },
    Operation(description: "a / b", shapes: [[3, 4], [3, 4]], isPositive: true) { $0[0] / $0[1] },
    Operation(description: "a / row", shapes: [[5, 4], [4]], isPositive: true) { $0[0] / $0[1] },
    Operation(description: "a * a", shapes: [[3, 4]]) { $0[0] * $0[0] },
    Operation(description: "a + a", shapes: [[3, 4]]) { $0[0] + $0[0] },
    Operation(description: "a - a * a", shapes: [[3, 4]]) { $0[0] - $0[0] * $0[0] },
    Operation(description: "numbers", shapes: [[3, 4]], isPositive: true) {
      2 - (3 * $0[0] + 1) * 0.5 / 4 - (-$0[0] - 1) + (0.5 + $0[0])
    },
    Operation(description: "sigmoid", shapes: [[3, 7]]) { $0[0].sigmoid() },
    Operation(description: "tanh", shapes: [[3, 7]]) { $0[0].tanh() },
    Operation(description: "exp", shapes: [[3, 7]]) { $0[0].exp() },
    Operation(description: "log", shapes: [[3, 7]], isPositive: true) { $0[0].log() },
    Operation(description: "relu", shapes: [[3, 7]], isPositive: true) { ($0[0] - 0.7).relu() },
    Operation(description: "matmul", shapes: [[2, 3, 5], [5, 4]]) { $0[0].matmul($0[1]) },
    Operation(description: "matmul with itself", shapes: [[4, 4]]) { $0[0].matmul($0[0]) },
    Operation(description: "linear", shapes: [[2, 3, 5], [7, 5], [7]]) {
      $0[0].linear(weight: $0[1], bias: $0[2])
    },
    Operation(description: "linear without bias", shapes: [[3, 5], [7, 5]]) {
      $0[0].linear(weight: $0[1])
    },
    Operation(description: "linear twice", shapes: [[3, 5], [5, 5], [5]]) {
      $0[0].linear(weight: $0[1], bias: $0[2]).tanh().linear(weight: $0[1], bias: $0[2])
    },
    Operation(description: "linear of many columns", shapes: [[2, 300], [3, 300]]) {
      ($0[0] * 0.1).linear(weight: $0[1] * 0.5)
    },
    Operation(description: "reshaped", shapes: [[2, 6]]) { $0[0].reshaped([3, 4]).tanh() },
    Operation(description: "one step", shapes: [[4, 3]]) { $0[0][2] * $0[0][1] },
    Operation(description: "slices that overlap", shapes: [[5, 3]]) {
      $0[0].slice(0..<3) * $0[0].slice(2..<5)
    },
    Operation(description: "columns", shapes: [[2, 3, 6]]) {
      $0[0].columns(0..<4) * $0[0].columns(2..<6)
    },
    Operation(description: "stacked", shapes: [[2, 3], [2, 3]]) {
      .stacked([$0[0], $0[1] * $0[0], $0[0]])
    },
    Operation(description: "concatenated", shapes: [[2, 3], [2, 4]]) {
      .concatenated([$0[0], $0[1], $0[0]])
    },
    Operation(description: "gathered rows", shapes: [[4, 3]]) {
      $0[0].gatherRows([2, 0, 2, 2, 3])
    },
    Operation(description: "selected rows", shapes: [[4, 3], [4, 3]]) {
      $0[0].selected(where: [true, false, false, true], otherwise: $0[1] * $0[0])
    },
    Operation(description: "reversed", shapes: [[4, 3, 2]]) { $0[0].reversed() * $0[0] },
    Operation(description: "reversed in lengths", shapes: [[4, 3, 2]]) {
      $0[0].reversed(lengths: [4, 1, 3]) * $0[0]
    },
    Operation(description: "sum", shapes: [[3, 4]]) { $0[0] * $0[0].sum() },
    Operation(description: "mean", shapes: [[3, 4]]) { $0[0] * $0[0].mean() },
  ]

  @Test("A gradient equals central differences", arguments: operations)
  func gradientEqualsDifferences(_ operation: Operation) {
    let tensors = operation.shapes.enumerated().map { index, shape in
      let tensor = Tensor.normal(shape, seed: UInt64(index + 1))
      if !operation.isPositive { return tensor }
      return Tensor(tensor.scalars.map { abs($0) + 0.75 }, shape: shape)
    }
    let error = GradientCheck.greatestError(at: tensors) { variables in
      let result = operation.compute(variables)
      // Weights that differ, so that no gradient comes out right by symmetry; and a square, so that
      // what flows back depends on the value.
      let weights = Variable(Tensor.normal(result.shape, seed: 50))
      return (result * result * 0.3 + result * weights).sum()
    }
    #expect(error < GradientCheck.tolerance)
  }

  @Test("A gradient goes to some operands and leaves others alone", arguments: operations)
  func constantsWantNoGradient(_ operation: Operation) {
    let tensors = operation.shapes.enumerated().map { index, shape in
      Tensor(
        Tensor.normal(shape, seed: UInt64(index + 1)).scalars.map { abs($0) + 0.75 }, shape: shape)
    }
    let all = gradients(operation, tensors, watching: Array(tensors.indices))
    for index in tensors.indices {
      let alone = gradients(operation, tensors, watching: [index])
      #expect(alone[index]?.difference(to: all[index] ?? Tensor(0)) ?? .infinity < 1e-6)
      for other in tensors.indices where other != index { #expect(alone[other] == nil) }
    }
  }

  private func gradients(
    _ operation: Operation, _ tensors: [Tensor], watching watched: [Int]
  ) -> [Tensor?] {
    let tape = Tape()
    let variables = tensors.enumerated().map { index, tensor in
      watched.contains(index) ? tape.watch(tensor) : tape.constant(tensor)
    }
    let result = operation.compute(variables)
    let gradients = tape.gradients(of: (result * result).sum())
    return variables.map { gradients[$0] }
  }

  @Test("Threads change no bit of an operation or its gradient", arguments: [1, 2, 3])
  func threadsChangeNothing(_ threads: Int) {
    func run(_ threads: Int) -> [Tensor] {
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        let tape = Tape(seed: 3)
        let x = tape.watch(Tensor.normal([300, 70], seed: 1))
        let weight = tape.watch(Tensor.normal([90, 70], seed: 2))
        let bias = tape.watch(Tensor.normal([90], seed: 3))
        let table = tape.watch(Tensor.normal([5, 90], seed: 4))
        let indices = (0..<300).map { Int32($0 * $0 % 5) }
        let y = x.linear(weight: weight, bias: bias).tanh().dropout(probability: 0.3)
        let z = (y * table.gatherRows(indices) + bias).sigmoid() - y * 0.5
        let loss = (z * z).mean()
        let gradients = tape.gradients(of: loss)
        return [z.value, loss.value] + [x, weight, bias, table].compactMap { gradients[$0] }
      }
    }
    let results = run(threads)
    #expect(results.count == 6)
    #expect(results == run(1))
  }
}

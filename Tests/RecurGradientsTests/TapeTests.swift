import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("The tape")
struct TapeTests {
  private struct Pair: Module {
    var first = Parameter(Tensor([1, 2], shape: [2]))
    var second = Parameter(Tensor([3, 4], shape: [2]))
    mutating func visitParameters(
      _ visit: (String, inout Parameter) throws -> Void
    ) rethrows {
      try visit("first", &first)
      try visit("second", &second)
    }
  }

  @Test("A module is enumerated, and its gradient taken, by name")
  func modules() {
    let pair = Pair()
    #expect(pair.parameters.map(\.name) == ["first", "second"])
    #expect(pair.parameterCount == 4)
    let (value, gradients) = pair.valueWithGradient { pair, tape in
      (pair.first.variable(on: tape) * pair.first.variable(on: tape)).sum()
    }
    #expect(value == 5)
    #expect(gradients[pair.first]?.scalars == [2, 4])
    #expect(gradients[pair.second] == nil, "the objective does not depend on it")
  }

  @Test("A gradient of a copy is found for the original")
  func copiesKeepTheirIdentity() {
    var pair = Pair()
    let copy = pair
    let (_, gradients) = copy.valueWithGradient { pair, tape in
      pair.second.variable(on: tape).sum()
    }
    pair.second.value = Tensor([0, 0], shape: [2])
    #expect(gradients[pair.second]?.scalars == [1, 1])
    #expect(gradients[Parameter(pair.second.value)] == nil)
  }

  @Test("What is detached stops the gradient")
  func detaching() {
    let tape = Tape()
    let x = tape.watch(Tensor([3], shape: [1]))
    let gradients = tape.gradients(of: (x * x.detached).sum())
    #expect(gradients[x]?.scalars == [3])
  }

  @Test("A tape that nobody went back on to the end is freed with what it holds")
  func tapesAreFreed() {
    struct Failure: Error {}
    weak var kept: Tape?
    try? { () throws in
      _ = try Pair().valueWithGradient { pair, tape in
        kept = tape
        _ = pair.first.variable(on: tape).exp()
        throw Failure()
      }
    }()
    #expect(kept == nil)
    _ = Pair().valueWithGradient { pair, tape in
      kept = tape
      return pair.first.variable(on: tape).sum().detached
    }
    #expect(kept == nil)
  }

  @Test("Branches that the objective does not use cost nothing and change nothing")
  func unusedBranches() {
    let tape = Tape()
    let x = tape.watch(Tensor([2], shape: [1]))
    let used = x * 3
    _ = (used * used).exp()
    #expect(tape.gradients(of: used.sum())[x]?.scalars == [3])
  }

  @Test("A gradient that goes to two operands is not shared between them")
  func gradientsAreNotShared() {
    // The sum hands one tensor to both operands; what is added to one later must not show in the
    // other.
    let tape = Tape()
    let x = tape.watch(Tensor([2, 3], shape: [2]))
    let y = tape.watch(Tensor([5, 7], shape: [2]))
    let early = x * 2
    let gradients = tape.gradients(of: ((early + y) + early * early).sum())
    #expect(gradients[y]?.scalars == [1, 1])
    #expect(gradients[x]?.scalars == [2 + 8 * 2, 2 + 8 * 3])
  }

  @Test("The way back over 200,000 operations is a loop, not a recursion")
  func longChains() {
    let tape = Tape()
    let x = tape.watch(Tensor(1))
    var y = x
    for _ in 0..<200_000 { y = y + 1 }
    #expect(y.value.scalar == 200_001)
    #expect(tape.gradients(of: y)[x]?.scalar == 1)
  }

  @Test("Slicing every step of a sequence takes linear time", .timeLimit(.minutes(1)))
  func slicingIsLinear() {
    // Were a tensor of zeros made for each step, this would write 30,000 times 1.2 million numbers.
    let steps = 30_000
    let tape = Tape()
    let x = tape.watch(Tensor(repeating: 1, shape: [steps, 4, 10]))
    var parts: [Variable] = []
    for step in 0..<steps { parts.append(x[step] * 2) }
    let gradient = tape.gradients(of: Variable.stacked(parts).sum())[x]
    #expect(gradient == Tensor(repeating: 2, shape: [steps, 4, 10]))
  }
}

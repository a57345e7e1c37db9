import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("Values of the operations")
struct VariableTests {
  private let a = Variable(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))

  @Test("Arithmetic repeats the right operand for every row")
  func broadcasting() {
    let row = Variable(Tensor([10, 20, 30], shape: [3]))
    #expect((a + row).value.scalars == [11, 22, 33, 14, 25, 36])
    #expect((a - row).value.scalars == [-9, -18, -27, -6, -15, -24])
    #expect((a * row).value.scalars == [10, 40, 90, 40, 100, 180])
    #expect((row / Variable(Tensor(10))).value.scalars == [1, 2, 3])
    #expect((2 - a).value.scalars == [1, 0, -1, -2, -3, -4])
    #expect((-a * 2 + 1).value.scalars == [-1, -3, -5, -7, -9, -11])
  }

  @Test("Products of matrices have the rows of the left and the columns of the right")
  func products() {
    let b = Variable(Tensor([1, 0, 2, 1, 0, 3], shape: [3, 2]))
    #expect(a.matmul(b).value == Tensor([5, 11, 14, 23], shape: [2, 2]))
    let weight = Variable(Tensor([1, 2, 0, 0, 1, 3], shape: [2, 3]))
    let bias = Variable(Tensor([100, 200], shape: [2]))
    #expect(
      a.linear(weight: weight, bias: bias).value == Tensor([105, 211, 114, 223], shape: [2, 2]))
    #expect(a.linear(weight: weight).value == Tensor([5, 11, 14, 23], shape: [2, 2]))
  }

  @Test("Parts stand where they stood")
  func parts() {
    #expect(a[1].value == Tensor([4, 5, 6], shape: [3]))
    #expect(a.slice(1..<2).value == Tensor([4, 5, 6], shape: [1, 3]))
    #expect(a.columns(1..<3).value == Tensor([2, 3, 5, 6], shape: [2, 2]))
    #expect(a.reshaped([3, 2])[2].value == Tensor([5, 6], shape: [2]))
    #expect(Variable.stacked([a[1], a[0]]).value == Tensor([4, 5, 6, 1, 2, 3], shape: [2, 3]))
    #expect(
      Variable.concatenated([a, a.columns(0..<1)]).value
        == Tensor([1, 2, 3, 1, 4, 5, 6, 4], shape: [2, 4]))
    #expect(a.gatherRows([1, 1, 0]).value == Tensor([4, 5, 6, 4, 5, 6, 1, 2, 3], shape: [3, 3]))
    #expect(
      a.selected(where: [false, true], otherwise: a * 10).value
        == Tensor([10, 20, 30, 4, 5, 6], shape: [2, 3]))
  }

  @Test("A reversal stays inside the length of each row")
  func reversal() {
    // Two rows of three steps: 1 2 3 and 10 20 30.
    let x = Variable(Tensor([1, 10, 2, 20, 3, 30], shape: [3, 2]))
    #expect(x.reversed().value.scalars == [3, 30, 2, 20, 1, 10])
    #expect(x.reversed(lengths: [2, 3]).value.scalars == [2, 30, 1, 20, 3, 10])
    let twice = x.reversed(lengths: [2, 1]).reversed(lengths: [2, 1])
    #expect(twice.value == x.value)
  }

  @Test("Sums are of all elements, and relu keeps NaN")
  func reductions() {
    #expect(a.sum().value.scalar == 21)
    #expect(a.mean().value.scalar == 3.5)
    let x = Variable(Tensor([-1, 0, 2, .nan], shape: [4])).relu().value.scalars
    #expect(x[0] == 0 && x[1] == 0 && x[2] == 2 && x[3].isNaN)
  }
}

@Suite("Dropout of a variable")
struct VariableDropoutTests {
  private let ones = Tensor(repeating: 1, shape: [40, 50])

  @Test("It acts on a tape and does nothing on none")
  func actsOnATapeOnly() {
    #expect(Variable(ones).dropout(probability: 0.5).value == ones)
    let tape = Tape()
    let dropped = tape.constant(ones).dropout(probability: 0.25).value.scalars
    #expect(dropped.contains(0))
    #expect(dropped.allSatisfy { $0 == 0 || abs($0 - 4.0 / 3) < 1e-6 })
    let kept = dropped.count { $0 != 0 }
    #expect(abs(kept - 1500) < 80, "\(kept) of 2000 stay")
    #expect(tape.constant(ones).dropout(probability: 0).value == ones)
  }

  @Test("The gradient passes where the value passed, scaled alike")
  func gradientFollowsTheMask() {
    let tape = Tape(seed: 5)
    let x = tape.watch(ones)
    let y = x.dropout(probability: 0.4)
    let gradient = tape.gradients(of: y.sum())[x]
    #expect(gradient == y.value)
  }

  @Test("A seed decides, and every call decides anew")
  func seedsDecide() {
    func masks(_ seed: UInt64) -> [Tensor] {
      let tape = Tape(seed: seed)
      return (0..<2).map { _ in tape.constant(ones).dropout(probability: 0.5).value }
    }
    #expect(masks(1) == masks(1))
    #expect(masks(1)[0] != masks(1)[1])
    #expect(masks(1)[0] != masks(2)[0])
  }
}

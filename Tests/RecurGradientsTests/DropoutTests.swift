import RecurGradients
import RecurTensors
import TestSupport
import Testing

@Suite("Dropout of whole steps and rows")
struct DropoutTests {
  private let ones = Tensor(repeating: 1, shape: [6, 40, 50])

  @Test("Locked dropout drops the same elements in every step, another choice at each call")
  func locked() {
    let tape = Tape(seed: 3)
    let x = tape.constant(ones)
    let first = x.lockedDropout(probability: 0.25).value
    let step = Array(first.scalars[..<2000])
    for index in 1..<6 {
      #expect(Array(first.scalars[index * 2000..<(index + 1) * 2000]) == step)
    }
    let share = Double(step.count { $0 == 0 }) / 2000
    #expect(abs(share - 0.25) < 0.04)
    #expect(step.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
    #expect(x.lockedDropout(probability: 0.25).value != first)
    let again = Tape(seed: 3).constant(ones).lockedDropout(probability: 0.25).value
    #expect(again == first, "the seed decides")
    #expect(Variable(ones).lockedDropout(probability: 0.25).value == ones)
    #expect(x.lockedDropout(probability: 0).value == ones)
  }

  @Test("Row dropout drops whole rows, by their names")
  func rows() {
    let table = Tensor(repeating: 1, shape: [3000, 2])
    let dropped = Tape(seed: 4).constant(table).rowDropout(probability: 0.1).value
    for row in 0..<3000 { #expect(dropped[row, 0] == dropped[row, 1]) }
    let share = Double(dropped.scalars.count { $0 == 0 }) / 6000
    #expect(abs(share - 0.1) < 0.03)
    #expect(dropped.scalars.allSatisfy { $0 == 0 || abs($0 - 1 / 0.9) < 1e-6 })
    let names: [Int32] = [2999, 5, 5, 17, 1200]
    let some = Tape(seed: 4).constant(Tensor(repeating: 1, shape: [5, 3]))
      .rowDropout(probability: 0.1, names: names).value
    for (row, name) in names.enumerated() { #expect(some[row, 2] == dropped[Int(name), 0]) }
    #expect(Variable(table).rowDropout(probability: 0.1).value == table)
  }

  @Test("Gradients pass where values do, by the same factor")
  func gradients() {
    let weights = Tensor.normal([6, 40, 50], seed: 5)
    let ways: [(Variable) -> Variable] = [
      { $0.lockedDropout(probability: 0.4) }, { $0.rowDropout(probability: 0.4) },
      { $0.rowDropout(probability: 0.4, names: [7, 7, 1, 0, 9, 2]) },
    ]
    for way in ways {
      let tape = Tape(seed: 6)
      let x = tape.watch(ones)
      let y = way(x)
      let factors = y.value
      let gradient = tape.gradients(of: (y * Variable(weights)).sum())[x]
      let expected = (Variable(factors) * Variable(weights)).value
      #expect(gradient?.difference(to: expected) ?? .infinity < roundingTolerance)
      #expect(factors.scalars.contains(0) && factors.scalars.contains { $0 != 0 })
    }
  }
}

import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Cross entropy")
struct CrossEntropyTests {
  private let logits = Tensor.normal([3, 2, 7], seed: 4)
  private let targets: [Int32] = [0, 6, 3, 3, -1, 2]

  /// The same from elementary operations.
  private func composed(_ logits: Variable, rows: [Int]) -> Variable {
    let flat = logits.reshaped([6, 7])
    let losses = rows.map { row in
      flat[row].exp().sum().log() - flat[row].slice(Int(targets[row])..<Int(targets[row]) + 1).sum()
    }
    return Variable.stacked(losses).mean()
  }

  @Test("It equals its formula in value and gradient, and skips negative targets")
  func equalsItsFormula() {
    let tape = Tape()
    let fused = tape.watch(logits)
    let plain = tape.watch(logits)
    let result = softmaxCrossEntropy(fused, targets: targets)
    let expected = composed(plain, rows: [0, 1, 2, 3, 5])
    #expect(result.count == 5)
    #expect(result.mean.value.difference(to: expected.value) < roundingTolerance)
    #expect(abs(result.total - 5 * Double(expected.value.scalar)) < 10 * roundingTolerance)
    let gradients = tape.gradients(of: result.mean + expected)
    let found = gradients[fused] ?? Tensor(0)
    #expect(found.difference(to: gradients[plain] ?? Tensor(0)) < roundingTolerance)
    #expect(found.scalars[28..<35].allSatisfy { $0 == 0 })
    #expect(fused.value == logits, "the caller's logits stay as they are")
  }

  @Test("Its gradient equals central differences, also under a factor and beside other uses")
  func gradient() {
    let error = GradientCheck.greatestError(at: [logits]) { variables in
      let loss = softmaxCrossEntropy(variables[0], targets: targets).mean
      return loss * 3 + (variables[0] * variables[0]).mean() + loss * loss
    }
    #expect(error < GradientCheck.tolerance)
  }

  @Test("Every row's loss adds up to the total, on a tape and on none")
  func losses() {
    let losses = crossEntropyLosses(logits, targets: targets)
    let result = softmaxCrossEntropy(Variable(logits), targets: targets)
    #expect(losses.count == 6 && losses[4] == 0)
    #expect(losses.reduce(0, +) == result.total)
    #expect(result.mean.tape == nil)
    let constant = softmaxCrossEntropy(Tape().constant(logits), targets: targets)
    #expect(constant.mean.value == result.mean.value)
  }

  @Test("Equal logits cost the logarithm of the vocabulary")
  func uniform() {
    let result = softmaxCrossEntropy(Variable(Tensor(zeros: [2, 8])), targets: [1, 5])
    #expect(abs(Double(result.mean.value.scalar) - 3 * 0.693_147_180_56) < 1e-6)
  }

  @Test("No target that counts gives zero and no gradient")
  func nothingCounts() {
    let tape = Tape()
    let x = tape.watch(Tensor.normal([2, 3], seed: 1))
    let result = softmaxCrossEntropy(x, targets: [-1, -1])
    #expect(result.mean.value.scalar == 0 && result.count == 0 && result.total == 0)
    #expect(tape.gradients(of: result.mean)[x] == Tensor(zeros: [2, 3]))
  }

  @Test("Threads change no bit of it")
  func threads() {
    let wide = Tensor.normal([200, 96], seed: 5)
    let targets = (0..<200).map { Int32($0 * 13 % 96) }
    let results = [1, 2, 3].map { threads in
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        let tape = Tape()
        let x = tape.watch(wide)
        let loss = softmaxCrossEntropy(x, targets: targets)
        return [loss.mean.value, tape.gradients(of: loss.mean)[x] ?? Tensor(0)]
      }
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}

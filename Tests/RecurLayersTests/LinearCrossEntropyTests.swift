import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Cross entropy of an affine map")
struct LinearCrossEntropyTests {
  private let tensors = [
    Tensor.normal([2, 4, 3], seed: 1), Tensor.normal([11, 3], seed: 2),
    Tensor.normal([11], seed: 3),
  ]
  private let targets: [Int32] = [0, 10, 3, 3, -1, 2, 7, 9]

  /// Blocks of one row, of three, and of all.
  private let limits = [1, 33, 1 << 20]

  @Test("It equals the cross entropy of its logits in value and gradients, whatever the blocks")
  func equalsItsParts() {
    for hasBias in [true, false] {
      for limit in limits {
        LogitBlock.$limit.withValue(limit) {
          let tape = Tape()
          let (fused, plain) = (tensors.map(tape.watch), tensors.map(tape.watch))
          let found = linearCrossEntropy(
            fused[0], weight: fused[1], bias: hasBias ? fused[2] : nil, targets: targets)
          let expected = softmaxCrossEntropy(
            plain[0].linear(weight: plain[1], bias: hasBias ? plain[2] : nil), targets: targets)
          #expect(found.count == 7 && expected.count == 7)
          #expect(found.mean.value.difference(to: expected.mean.value) < roundingTolerance)
          #expect(abs(found.total - expected.total) < 10 * roundingTolerance)
          let gradients = tape.gradients(of: found.mean * 0.5 + expected.mean * 0.5)
          for (a, b) in zip(fused, plain).prefix(hasBias ? 3 : 2) {
            let difference = gradients[a]?.difference(to: gradients[b] ?? Tensor(0))
            #expect(difference ?? .infinity < roundingTolerance)
          }
          #expect((gradients[fused[2]] != nil) == hasBias)
        }
      }
    }
  }

  @Test("Its gradients equal central differences, also beside other uses of its operands")
  func gradients() {
    for limit in limits {
      let error = LogitBlock.$limit.withValue(limit) {
        GradientCheck.greatestError(at: tensors) { variables in
          let loss = linearCrossEntropy(
            variables[0], weight: variables[1], bias: variables[2], targets: targets
          ).mean
          return loss + variables.reduce(loss * loss * 3) { $0 + ($1 * $1).mean() }
        }
      }
      #expect(error < GradientCheck.tolerance)
    }
  }

  @Test("Data has no gradient, and without a tape there is none at all")
  func constants() {
    let tape = Tape()
    let weight = tape.watch(tensors[1])
    let found = linearCrossEntropy(
      tape.constant(tensors[0]), weight: weight, targets: targets)
    let inference = linearCrossEntropy(
      Variable(tensors[0]), weight: Variable(tensors[1]), targets: targets)
    #expect(inference.mean.tape == nil && inference.mean.value == found.mean.value)
    #expect(tape.gradients(of: found.mean)[weight] != nil)
  }

  @Test("No target that counts gives zero and no gradient")
  func nothingCounts() {
    let tape = Tape()
    let variables = tensors.map(tape.watch)
    let found = linearCrossEntropy(
      variables[0], weight: variables[1], bias: variables[2],
      targets: Array(repeating: -1, count: 8))
    #expect(found.mean.value.scalar == 0 && found.count == 0 && found.total == 0)
    let gradients = tape.gradients(of: found.mean)
    for (variable, tensor) in zip(variables, tensors) {
      #expect(gradients[variable] == Tensor(zeros: tensor.shape))
    }
  }

  @Test("Threads change no bit of it, with many blocks")
  func threads() {
    let x = Tensor.normal([700, 24], seed: 5)
    let weight = Tensor.normal([211, 24], seed: 6)
    let targets = (0..<700).map { Int32($0 * 13 % 211) }
    let results = [1, 2, 3].map { threads in
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        LogitBlock.$limit.withValue(211 * 200) {
          let tape = Tape()
          let (x, weight) = (tape.watch(x), tape.watch(weight))
          let loss = linearCrossEntropy(x, weight: weight, targets: targets).mean
          let gradients = tape.gradients(of: loss)
          return [loss.value, gradients[x] ?? Tensor(0), gradients[weight] ?? Tensor(0)]
        }
      }
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}

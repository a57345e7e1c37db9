import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("The adaptive softmax")
struct AdaptiveSoftmaxTests {
  private static let cases = ["two", "one", "idle"]

  private func softmax(
    inputs: Int = 18, classes: Int = 29, cutoffs: [Int] = [5, 12]
  ) -> AdaptiveSoftmax {
    var generator = SeededGenerator(seed: 1)
    return AdaptiveSoftmax(
      inputSize: inputs, classCount: classes, cutoffs: cutoffs, using: &generator)
  }

  private func golden(_ name: String) throws -> (file: GoldenFile, softmax: AdaptiveSoftmax) {
    let file = try GoldenFile("adaptive/\(name).safetensors")
    var softmax = softmax(cutoffs: try file.doubles("cutoffs").map { Int($0) })
    try softmax.visitParameters { name, parameter in
      let value = try file.tensor("parameter.\(name)")
      #expect(value.shape == parameter.value.shape, "\(name)")
      parameter.value = value
    }
    return (file, softmax)
  }

  @Test("Losses, probabilities and gradients are PyTorch's", arguments: cases)
  func equalsPyTorch(_ name: String) throws {
    var (file, softmax) = try golden(name)
    let inputs = try file.tensor("inputs")
    let targets = try file.doubles("targets").map { Int32($0) }
    let tape = Tape()
    let x = tape.watch(inputs)
    let found = softmax.crossEntropy(x, targets: targets)
    let gradients = tape.gradients(of: found.mean)
    let tolerance = Real.self == Double.self ? 1e-13 : 1e-6
    #expect(found.count == targets.count)
    #expect(found.mean.value.difference(to: try file.tensor("loss")) < tolerance)
    let losses = try file.doubles("losses")
    #expect(abs(found.total - losses.reduce(0, +)) < 20 * tolerance)
    for (a, b) in zip(softmax.losses(inputs, targets: targets), losses) {
      #expect(abs(a - b) < 10 * tolerance)
    }
    let all = softmax.logProbabilities(inputs)
    #expect(all.difference(to: try file.tensor("log_probabilities")) < tolerance)
    let gradient = gradients[x]?.difference(to: try file.tensor("gradient.inputs"))
    #expect(gradient ?? .infinity < tolerance)
    var count = 0
    try softmax.visitParameters { name, parameter in
      count += 1
      guard file.contains("gradient.\(name)") else {
        #expect(gradients[parameter] == nil, "\(name)")
        return
      }
      let difference = gradients[parameter]?.difference(to: try file.tensor("gradient.\(name)"))
      #expect(difference ?? .infinity < tolerance, "\(name)")
    }
    #expect(count == file.names.count { $0.hasPrefix("parameter.") })
  }

  @Test("Parameters have PyTorch's names; sizes follow from them")
  func names() {
    let softmax = softmax()
    #expect(
      softmax.parameters.map(\.name) == [
        "head.weight", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight",
      ])
    #expect(
      softmax.parameters.map(\.value.shape) == [[7, 18], [4, 18], [7, 4], [1, 18], [17, 1]])
    #expect(softmax.inputSize == 18 && softmax.classCount == 29 && softmax.firstCutoff == 5)
  }

  @Test("Probabilities add up to one, and their logarithms are the losses")
  func probabilities() {
    let softmax = softmax(inputs: 6)
    let inputs = Tensor.normal([29, 6], seed: 2)
    let all = softmax.logProbabilities(inputs)
    let losses = softmax.losses(inputs, targets: Array(0..<29))
    for row in 0..<29 {
      let line = Variable(Tensor(Array(all.scalars[row * 29..<row * 29 + 29]), shape: [29]))
      #expect(abs(line.exp().sum().value.scalar - 1) < 1e-5)
      #expect(abs(losses[row] + Double(all[row, row])) < 1e-5)
    }
    var turned = Tensor(zeros: [29, 29])
    PackedAdaptiveSoftmax(softmax, firstColumn: 10)(inputs, into: &turned)
    for row in 0..<29 {
      for column in 0..<29 { #expect(turned[row, (column + 10) % 29] == all[row, column]) }
    }
  }

  @Test("Gradients equal central differences, with targets that do not count")
  func gradients() {
    let softmax = softmax(inputs: 8, classes: 11, cutoffs: [3, 6])
    let targets: [Int32] = [0, 3, 10, -1, 5, 2, 6, -1]
    let error = GradientCheck.greatestError(at: [Tensor.normal([2, 4, 8], seed: 3)]) { variables in
      softmax.crossEntropy(variables[0], targets: targets).mean * 3
    }
    #expect(error < GradientCheck.tolerance)
    let inputs = Tensor.normal([8, 8], seed: 3)
    let tape = Tape()
    let gradients = tape.gradients(
      of: softmax.crossEntropy(tape.constant(inputs), targets: targets).mean)
    for (name, value) in softmax.parameters {
      var copy = softmax
      var gradient: Tensor?
      copy.visitParameters { if $0 == name { gradient = gradients[$1] } }
      let error = GradientCheck.greatestError(of: gradient ?? Tensor(0), at: value) { moved in
        var other = softmax
        other.visitParameters { if $0 == name { $1.value = moved } }
        return other.losses(inputs, targets: targets).reduce(0, +) / 6
      }
      #expect(error < GradientCheck.tolerance, "\(name)")
    }
  }

  @Test("No target that counts gives zero")
  func nothingCounts() {
    let tape = Tape()
    let x = tape.watch(Tensor.normal([2, 18], seed: 3))
    let found = softmax().crossEntropy(x, targets: [-1, -1])
    #expect(found.mean.value.scalar == 0 && found.count == 0 && found.total == 0)
    #expect(tape.gradients(of: found.mean)[x] == Tensor(zeros: [2, 18]))
  }
}

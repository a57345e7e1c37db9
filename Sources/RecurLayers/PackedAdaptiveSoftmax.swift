import RecurGradients
public import RecurTensors

/// An adaptive softmax for inference, with its weights packed once: the logarithms of the probabilities
/// of all classes.
public struct PackedAdaptiveSoftmax: Sendable {
  private struct Cluster {
    let projection: PackedLinear
    let output: PackedLinear
    let width: Int
    let count: Int
  }
  private let head: PackedLinear
  private let tail: [Cluster]
  private let inputSize: Int
  private let firstCutoff: Int
  private let classCount: Int
  private let firstColumn: Int

  /// Packs the weights.
  ///
  /// - Parameters:
  ///   - softmax: The softmax. Later changes to it are not seen.
  ///   - firstColumn: Where in a row of the result class 0 stands; the others follow, and the row goes
  ///     on at its start where it ends.
  ///   - weights: What is kept of the weights; everything by default.
  public init(
    _ softmax: AdaptiveSoftmax, firstColumn: Int = 0, _ weights: InferenceWeights = .unchanged
  ) {
    precondition(
      (0..<softmax.classCount).contains(firstColumn),
      "class 0 of \(softmax.classCount) in column \(firstColumn)")
    head = PackedLinear(weight: softmax.head.weight.value, weights)
    tail = softmax.tail.map {
      Cluster(
        projection: PackedLinear(weight: $0.projection.weight.value, weights),
        output: PackedLinear(weight: $0.output.weight.value, weights),
        width: $0.projection.outputSize,
        count: $0.output.outputSize)
    }
    inputSize = softmax.inputSize
    firstCutoff = softmax.firstCutoff
    classCount = softmax.classCount
    self.firstColumn = firstColumn
  }

  /// The logarithms of the probabilities for each row of x, (B, K), written to `result`, (B, V).
  public func callAsFunction(_ x: Tensor, into result: inout Tensor) {
    let rows = x.shape[0]
    precondition(
      x.shape == [rows, inputSize] && result.shape == [rows, classCount],
      "\(x.shape) to \(result.shape) by a softmax of \(inputSize) inputs and \(classCount) classes")
    let first = Self.logSoftmax(head, x, count: firstCutoff + tail.count)
    write(first, columns: 0..<firstCutoff, from: 0, into: &result)
    var begin = firstCutoff
    for (index, cluster) in tail.enumerated() {
      var projected = Tensor(unwritten: [rows, cluster.width])
      cluster.projection(x, into: &projected)
      let inside = Self.logSoftmax(cluster.output, projected, count: cluster.count)
      write(
        inside, columns: 0..<cluster.count, from: begin, into: &result,
        adding: (first, firstCutoff + index))
      begin += cluster.count
    }
  }

  /// The logarithms of the softmax of each row's logits.
  private static func logSoftmax(_ linear: PackedLinear, _ x: Tensor, count: Int) -> Tensor {
    var logits = Tensor(unwritten: [x.shape[0], count])
    linear(x, into: &logits)
    // The loss at column 0 is the logarithm of the sum of all exponentials less that logit.
    let losses = crossEntropyLosses(logits, targets: Array(repeating: 0, count: x.shape[0]))
    let values = logits.mutablePointer
    for (row, loss) in losses.enumerated() {
      let sum = Real(loss + Double(values[row * count]))
      for column in row * count..<(row + 1) * count { values[column] -= sum }
    }
    return logits
  }

  /// Writes columns of each row to the classes from `firstClass` on, plus what stands in another
  /// tensor's column.
  private func write(
    _ source: Tensor, columns: Range<Int>, from firstClass: Int, into result: inout Tensor,
    adding other: (tensor: Tensor, column: Int)? = nil
  ) {
    let target = result.mutablePointer
    let width = source.shape[1]
    for row in 0..<source.shape[0] {
      let shift = other.map { $0.tensor.pointer[row * $0.tensor.shape[1] + $0.column] } ?? 0
      var column = firstColumn + firstClass
      for index in columns {
        if column >= classCount { column -= classCount }
        target[row * classCount + column] = source.pointer[row * width + index] + shift
        column += 1
      }
    }
  }
}

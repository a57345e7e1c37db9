public import RecurGradients
public import RecurTensors

/// A softmax whose cost is that of the likely classes (Grave and others, ICML 2017), as PyTorch's
/// `nn.AdaptiveLogSoftmaxWithLoss` without a bias and with a divisor of 4.
///
///     C₀ < C₁ < … < V                                    the cut-offs, classes by falling frequency
///     P(c)  = softmax(W_head x)[c]                       for c < C₀
///     P(c)  = softmax(W_head x)[C₀ + k] · softmax(W_k₁ W_k₀ x)[c - C_k]     for C_k ≤ c < C_{k+1}
///
/// The head has a row for each of the first classes and one for each cluster; the rows of cluster k are
/// 4^{k+1} times narrower than x. In training only the clusters of the targets are computed; the
/// probabilities of all classes are exact. Parameters are named as PyTorch's: `head.weight`,
/// `tail.0.0.weight`, `tail.0.1.weight`, ….
public struct AdaptiveSoftmax: Module {
  /// The classes between two cut-offs.
  public struct Cluster: Sendable {
    /// To the narrower width, (K / 4^{k+1}, K).
    public var projection: Linear
    /// To the logits of the cluster's classes, (C_{k+1} - C_k, K / 4^{k+1}).
    public var output: Linear
  }

  /// To the first classes and the clusters, (C₀ + clusters, K).
  public var head: Linear
  /// The clusters.
  public var tail: [Cluster]

  /// Makes a softmax of weights from U(-1/√K, 1/√K) in visiting order, each with its own inputs' K.
  ///
  /// - Parameters:
  ///   - inputSize: K, the width of the inputs.
  ///   - classCount: V.
  ///   - cutoffs: C₀, …: ascending, from 1 up to, not including, V; at least one.
  ///   - generator: What the weights are drawn from.
  public init(
    inputSize: Int, classCount: Int, cutoffs: [Int], using generator: inout SeededGenerator
  ) {
    let ends = cutoffs.dropFirst() + [classCount]
    precondition(
      !cutoffs.isEmpty && cutoffs[0] >= 1 && zip(cutoffs, ends).allSatisfy { $0 < $1 },
      "an adaptive softmax of \(classCount) classes cut at \(cutoffs)")
    head = Linear(
      inputSize: inputSize, outputSize: cutoffs[0] + cutoffs.count, hasBias: false,
      using: &generator)
    tail = []
    for (index, (begin, end)) in zip(cutoffs, ends).enumerated() {
      let width = Self.width(ofCluster: index, inputSize: inputSize)
      tail.append(
        Cluster(
          projection: Linear(
            inputSize: inputSize, outputSize: width, hasBias: false, using: &generator),
          output: Linear(
            inputSize: width, outputSize: end - begin, hasBias: false, using: &generator)))
    }
  }

  /// The width of a cluster's rows: a quarter of the one before, at least 1.
  public static func width(ofCluster index: Int, inputSize: Int) -> Int {
    max(1, inputSize >> (2 * (index + 1)))
  }

  /// K: the width of the inputs.
  public var inputSize: Int { head.inputSize }
  /// C₀: the classes that stand in the head.
  public var firstCutoff: Int { head.outputSize - tail.count }
  /// V: the number of classes.
  public var classCount: Int { tail.reduce(firstCutoff) { $0 + $1.output.outputSize } }

  /// Visits `head.weight`, then `tail.k.0.weight` and `tail.k.1.weight` of each cluster.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    try head.visitParameters { try visit("head.\($0)", &$1) }
    for index in tail.indices {
      try tail[index].projection.visitParameters { try visit("tail.\(index).0.\($0)", &$1) }
      try tail[index].output.visitParameters { try visit("tail.\(index).1.\($0)", &$1) }
    }
  }

  /// How badly the inputs predict targets, on the tape of the inputs where they are on one.
  ///
  /// A cluster without a target gets no gradient.
  ///
  /// - Parameters:
  ///   - x: (…, K), N rows in all, at least one.
  ///   - targets: N classes from 0 up to V - 1; a negative one does not count.
  /// - Returns: The mean over the targets that count, in nats, of shape `[]` and 0 where there are
  ///   none; the sum over them, in double precision; and how many there are.
  public func crossEntropy(
    _ x: Variable, targets: [Int32]
  ) -> (mean: Variable, total: Double, count: Int) {
    let rows = x.reshaped([targets.count, inputSize])
    let parts = parts(of: targets)
    var (mean, total, count) = linearCrossEntropy(
      rows, weight: head.weight.variable(on: x.tape), targets: parts.head)
    for (cluster, part) in zip(tail, parts.clusters) where !part.rows.isEmpty {
      let loss = linearCrossEntropy(
        cluster.projection(rows.gatherRows(part.rows)),
        weight: cluster.output.weight.variable(on: x.tape), targets: part.targets)
      mean = mean + loss.mean * (Real(part.rows.count) / Real(count))
      total += loss.total
    }
    return (mean, total, count)
  }

  /// The loss of each row, in nats; 0 for a negative target.
  ///
  /// - Parameters:
  ///   - x: (N, K).
  ///   - targets: N classes from 0 up to V - 1.
  public func losses(_ x: Tensor, targets: [Int32]) -> [Double] {
    let rows = Variable(x)
    let parts = parts(of: targets)
    var losses = crossEntropyLosses(head(rows).value, targets: parts.head)
    for (cluster, part) in zip(tail, parts.clusters) where !part.rows.isEmpty {
      let logits = cluster.output(cluster.projection(rows.gatherRows(part.rows))).value
      for (row, loss) in zip(part.rows, crossEntropyLosses(logits, targets: part.targets)) {
        losses[Int(row)] += loss
      }
    }
    return losses
  }

  /// The logarithms of the probabilities of all classes: (N, K) gives (N, V).
  public func logProbabilities(_ x: Tensor) -> Tensor {
    var result = Tensor(unwritten: [x.shape[0], classCount])
    PackedAdaptiveSoftmax(self)(x, into: &result)
    return result
  }

  /// What the head is to predict for each row, and each cluster for some of the rows.
  private func parts(
    of targets: [Int32]
  ) -> (head: [Int32], clusters: [(rows: [Int32], targets: [Int32])]) {
    let limit = classCount
    precondition(
      targets.allSatisfy { Int($0) < limit }, "a target outside of \(limit) classes")
    var begins = [firstCutoff]
    for cluster in tail { begins.append(begins[begins.count - 1] + cluster.output.outputSize) }
    var clusters = [(rows: [Int32], targets: [Int32])](repeating: ([], []), count: tail.count)
    let head = targets.enumerated().map { row, target -> Int32 in
      guard target >= begins[0] else { return target }
      let cluster = (begins.firstIndex { target < $0 } ?? tail.count) - 1
      clusters[cluster].rows.append(Int32(row))
      clusters[cluster].targets.append(target - Int32(begins[cluster]))
      return Int32(begins[0] + cluster)
    }
    return (head, clusters)
  }
}

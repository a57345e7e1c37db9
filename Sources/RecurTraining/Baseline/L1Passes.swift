import RecurTensors

#if canImport(Glibc)
  import Glibc
#endif

/// The passes over all features (N, D) that a fit needs. Every sum has one order for any number of
/// threads.
struct L1Passes {
  /// Rows that one thread sums by itself.
  private static let chunkRows = 1024
  /// Rows whose weighted features are held at once.
  private static let blockRows = 4096

  private let features: [Float]  // (N, D)
  private let labels: [Int]  // (N)
  private let width: Int
  private var count: Int { features.count / width }

  init(features: [Float], labels: [Int], width: Int) {
    self.features = features
    self.labels = labels
    self.width = width
  }

  init(_ examples: LabelledFeatures) {
    self.init(features: examples.features, labels: examples.labels, width: examples.width)
  }

  /// The gradient of the mean loss at given scores, (D) and that of the bias.
  func gradient(_ scores: [Double]) -> (weights: [Double], bias: Double) {
    let chunks = (count + Self.chunkRows - 1) / Self.chunkRows
    let stride = width + 1
    var partial = [Double](repeating: 0, count: chunks * stride)
    partial.withUnsafeMutableBufferPointer { partial in
      features.withUnsafeBufferPointer { features in
        ThreadTeam.current.forEachChunk(chunks) { chunk in
          let sums = UnsafeMutableBufferPointer(
            rebasing: partial[chunk * stride..<(chunk + 1) * stride])
          for row in chunk * Self.chunkRows..<min((chunk + 1) * Self.chunkRows, count) {
            let residual = Self.probability(scores[row]) - Double(labels[row])
            let begin = row * width
            for unit in 0..<width { sums[unit] += residual * Double(features[begin + unit]) }
            sums[width] += residual
          }
        }
      }
    }
    var sums = [Double](repeating: 0, count: stride)
    for chunk in 0..<chunks {
      for unit in 0..<stride { sums[unit] += partial[chunk * stride + unit] }
    }
    let means = sums.map { $0 / Double(count) }
    return (Array(means[..<width]), means[width])
  }

  /// The second derivatives of the mean loss in the weights of some units and the bias, which is the
  /// last, (A + 1, A + 1).
  func curvature(_ scores: [Double], of units: [Int]) -> [Double] {
    let size = units.count + 1
    // Products in `Real` suffice: what they are off by changes how fast the fit is, not where it ends.
    var product = Tensor(zeros: [size, size])
    var block = Tensor(unwritten: [min(Self.blockRows, count), size])
    for first in stride(from: 0, to: count, by: Self.blockRows) {
      let rows = min(Self.blockRows, count - first)
      let target = block.mutablePointer
      features.withUnsafeBufferPointer { features in
        ThreadTeam.current.forEachPart(of: rows) { part in
          for row in part {
            let probability = Self.probability(scores[first + row])
            let root = max(probability * (1 - probability), 1e-8).squareRoot()
            let begin = (first + row) * width
            let line = target + row * size
            for (index, unit) in units.enumerated() {
              line[index] = Real(root) * Real(features[begin + unit])
            }
            line[size - 1] = Real(root)
          }
        }
      }
      let view = MatrixView(target, rows: rows, columns: size)
      MatrixProduct.compute(view.transposed, view, into: product.mutablePointer, accumulate: true)
    }
    return product.scalars.map { Double($0) / Double(count) }
  }

  /// The sum of some units' features times weights, plus a constant, which is the last, (N).
  func scores(of units: [Int], _ weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    result.withUnsafeMutableBufferPointer { result in
      features.withUnsafeBufferPointer { features in
        ThreadTeam.current.forEachPart(of: count) { part in
          for row in part {
            var sum = weights[units.count]
            let begin = row * width
            for (index, unit) in units.enumerated() {
              sum += weights[index] * Double(features[begin + unit])
            }
            result[row] = sum
          }
        }
      }
    }
    return result
  }

  private static func probability(_ score: Double) -> Double { 1 / (1 + exp(-score)) }
}

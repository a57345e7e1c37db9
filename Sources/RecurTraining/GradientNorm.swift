import CKernels
import RecurGradients
import RecurTensors

/// The norm of all gradients of a model together, and where it is not a number.
struct GradientNorm {
  /// Elements summed at once; a multiple of the kernel's own blocks, and the same for any number of
  /// threads.
  private static let blockLength = 65_536

  /// The square root of the sum of all squares, in visiting order.
  private(set) var value: Double
  /// The first parameter whose gradient has an element that is not finite.
  private(set) var culprit: String?

  init(of gradients: Gradients, for model: inout some Module) {
    var total = 0.0
    var culprit: String?
    model.visitParameters { name, parameter in
      guard let gradient = gradients[parameter] else { return }
      let sum = Self.sumOfSquares(gradient)
      if culprit == nil, !sum.isFinite { culprit = name }
      total += sum
    }
    value = total.squareRoot()
    self.culprit = culprit
  }

  private static func sumOfSquares(_ tensor: Tensor) -> Double {
    let blocks = (tensor.count + blockLength - 1) / blockLength
    if blocks == 1 { return Kernels.table.sum_of_squares(tensor.pointer, Int64(tensor.count)) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blocks) { sums in
      ThreadTeam.current.forEachChunk(blocks) { block in
        let first = block * blockLength
        sums[block] = Kernels.table.sum_of_squares(
          tensor.pointer + first, Int64(min(blockLength, tensor.count - first)))
      }
      return sums.reduce(0, +)
    }
  }
}

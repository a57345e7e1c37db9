import CKernels
public import RecurTensors

/// An affine map for inference, x · Wᵀ + b, with its weight packed once.
public struct PackedLinear: Sendable {
  private let panels: Tensor
  private let bias: Tensor?
  private let inputSize: Int
  private let outputSize: Int

  /// Packs a weight.
  ///
  /// - Parameters:
  ///   - weight: W, (N, K).
  ///   - bias: b, (N); nil for none.
  public init(weight: Tensor, bias: Tensor? = nil) {
    precondition(
      weight.rank == 2 && (bias == nil || bias?.shape == [weight.shape[0]]),
      "a bias \(bias?.shape ?? []) for the weight \(weight.shape)")
    panels = PackedMatrix.rows(of: weight)
    self.bias = bias
    (outputSize, inputSize) = (weight.shape[0], weight.shape[1])
  }

  /// The map of each row of x, (B, K), written to `result`, (B, N).
  public func callAsFunction(_ x: Tensor, into result: inout Tensor) {
    let rows = x.shape[0]
    precondition(
      x.shape == [rows, inputSize] && result.shape == [rows, outputSize],
      "\(x.shape) to \(result.shape) by a map from \(inputSize) to \(outputSize)")
    let (width, columns) = (inputSize, outputSize)
    let target = result.mutablePointer
    ThreadTeam.current.forEachPart(of: rows) { part in
      if let bias {
        for row in part {
          (target + row * columns).update(from: bias.pointer, count: columns)
        }
      }
      Kernels.table.product(
        Int64(part.count), Int64(columns), Int64(width), x.pointer + part.lowerBound * width,
        Int64(width), panels.pointer, Int64(width) * Int64(RECUR_PANEL),
        target + part.lowerBound * columns, Int64(columns), bias != nil)
    }
  }
}

import CKernels

/// Weights in the layout that the product kernels read.
package enum PackedMatrix {
  /// Packs a matrix (gates · H, K) so that a product with it is x · wᵀ: panels of 16 rows, the panels of the
  /// same 16 units of every gate side by side.
  ///
  /// - Parameters:
  ///   - weights: The matrix.
  ///   - gateCount: 1 for rows that are packed in order.
  package static func rows(of weights: Tensor, gateCount: Int = 1) -> Tensor {
    precondition(
      weights.rank == 2 && weights.shape[0].isMultiple(of: gateCount),
      "a matrix of shape \(weights.shape) with \(gateCount) gates")
    let (size, width) = (weights.shape[0] / gateCount, weights.shape[1])
    let blocks = (size + Int(RECUR_PANEL) - 1) / Int(RECUR_PANEL)
    let panelSize = Kernels.table.panelSize(width)
    var packed = Tensor(unwritten: [blocks, gateCount, panelSize])
    let target = packed.mutablePointer
    ThreadTeam.current.forEachPart(of: blocks) { part in
      for gate in 0..<gateCount {
        Kernels.table.pack_rows(
          target + gate * panelSize, weights.pointer + gate * size * width, Int64(size),
          Int64(width), Int64(width), Int64(part.lowerBound), Int64(part.upperBound),
          Int64(gateCount))
      }
    }
    return packed
  }
}

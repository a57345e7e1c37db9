import CKernels

/// Weights in the layout that the product kernels read.
package enum PackedMatrix {
  /// Packs a matrix (N, K) so that a product with it is x · wᵀ: panels of 16 rows.
  package static func rows(of weights: Tensor) -> Tensor {
    precondition(weights.rank == 2, "a matrix of shape \(weights.shape)")
    let (count, width) = (weights.shape[0], weights.shape[1])
    let panels = (count + Int(RECUR_PANEL) - 1) / Int(RECUR_PANEL)
    var packed = Tensor(unwritten: [panels, width, Int(RECUR_PANEL)])
    let target = packed.mutablePointer
    ThreadTeam.current.forEachPart(of: panels) { part in
      Kernels.table.pack_rows(
        target, weights.pointer, Int64(count), Int64(width), Int64(width),
        Int64(part.lowerBound), Int64(part.upperBound), 1)
    }
    return packed
  }
}

import CKernels

/// The weights (N, K) of a product x · wᵀ, packed once for inference.
///
/// Nothing of it is ever written again, hence it may be shared.
package final class PackedWeights: @unchecked Sendable {
  /// K.
  package let width: Int
  /// Panels of 16 columns.
  package let panelCount: Int
  /// What kernels read, valid while these weights live.
  package let forKernels: UnsafePointer<WeightPanels>
  /// Bytes of all panels.
  private let byteCount: Int
  /// The memory that the panels of `forKernels` are in.
  private let memory: [Tensor]

  /// Packs a matrix whose rows stand gate by gate, the 16 units of a block of every gate side by side.
  ///
  /// - Parameters:
  ///   - weights: (gates · H, K).
  ///   - gateCount: 1 for rows that are packed in order.
  ///   - format: What is kept of the weights.
  package init(_ weights: Tensor, gateCount: Int = 1, _ format: InferenceWeights) {
    precondition(
      weights.rank == 2 && weights.shape[0].isMultiple(of: gateCount),
      "a matrix of shape \(weights.shape) with \(gateCount) gates")
    let width = weights.shape[1]
    let size = weights.shape[0] / gateCount
    let panel = Int(RECUR_PANEL)
    let blocks = (size + panel - 1) / panel
    self.width = width
    panelCount = blocks * gateCount
    // A sum of more products than this may not fit in 32 bits.
    precondition(format == .unchanged || width <= 65_536, "\(width) inputs in 8 bits")
    // Memory of tensors for scalars of another size.
    func tensor(_ scalarSize: Int, _ count: Int) -> Tensor {
      let stride = MemoryLayout<Real>.stride
      return Tensor(unwritten: [(count * scalarSize + stride - 1) / stride])
    }
    let panels = UnsafeMutablePointer<WeightPanels>.allocate(capacity: 1)
    forKernels = UnsafePointer(panels)
    switch format {
    case .unchanged:
      let packed = PackedMatrix.rows(of: weights, gateCount: gateCount)
      panels.initialize(
        to: WeightPanels(
          width: Int64(width), panels: packed.pointer, int8_panels: nil, units: nil, offsets: nil,
          int8_kernels: nil))
      memory = [packed]
    case .int8:
      let panelSize = (width + 3) / 4 * 4 * panel
      var packed = tensor(1, panelCount * panelSize)
      var units = Tensor(unwritten: [panelCount * panel])
      var offsets = tensor(4, panelCount * panel)
      let bytes = UnsafeMutableRawPointer(packed.mutablePointer)
        .assumingMemoryBound(to: Int8.self)
      let unitTarget = units.mutablePointer
      let source = weights.pointer
      let offsetTarget = UnsafeMutableRawPointer(offsets.mutablePointer)
        .assumingMemoryBound(to: Int32.self)
      ThreadTeam.current.forEachPart(of: blocks) { part in
        for gate in 0..<gateCount {
          Kernels.table.pack_int8(
            bytes + gate * panelSize, unitTarget + gate * panel, offsetTarget + gate * panel,
            source + gate * size * width, Int64(size), Int64(width), Int64(width),
            Int64(part.lowerBound), Int64(part.upperBound), Int64(gateCount))
        }
      }
      panels.initialize(
        to: WeightPanels(
          width: Int64(width), panels: nil, int8_panels: UnsafePointer(bytes), units: units.pointer,
          offsets: UnsafePointer(offsetTarget), int8_kernels: Kernels.int8))
      memory = [packed, units, offsets]
    }
    byteCount = memory[0].count * MemoryLayout<Real>.stride
  }

  deinit { forKernels.deallocate() }

  /// Bytes of a step's panels that are worth a thread of their own: to wake one takes as long as to
  /// read some tens of kilobytes.
  private static let bytesPerThread = 64 << 10

  /// In how many parts a team takes a step of some rows, by groups of units.
  ///
  /// - Parameter other: Weights that the same step reads too.
  package func partCount(
    on team: ThreadTeam, groups: Int, rows: Int, beside other: PackedWeights? = nil
  ) -> Int {
    let bytes = byteCount + (other?.byteCount ?? 0)
    let worth = max(1, bytes * min(rows, 64) / Self.bytesPerThread)
    return min(groups, team.threadCount, worth)
  }

  /// Scalars of memory that each part needs for the left sides of its products.
  package func workspaceSize(rows: Int) -> Int {
    Int(recur_workspace(Int64(width), Int64(rows)))
  }
}

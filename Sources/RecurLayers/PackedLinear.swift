import CKernels
public import RecurTensors

/// An affine map for inference, x · Wᵀ + b, with its weight packed once.
public struct PackedLinear: Sendable {
  private let weights: PackedWeights
  private let bias: Tensor
  private let outputSize: Int

  /// Packs a weight.
  ///
  /// - Parameters:
  ///   - weight: W, (N, K).
  ///   - bias: b, (N); nil for none.
  ///   - format: What is kept of W; everything by default.
  public init(
    weight: Tensor, bias: Tensor? = nil, _ format: InferenceWeights = .unchanged
  ) {
    precondition(
      weight.rank == 2 && (bias == nil || bias?.shape == [weight.shape[0]]),
      "a bias \(bias?.shape ?? []) for the weight \(weight.shape)")
    weights = PackedWeights(weight, format)
    self.bias = bias ?? Tensor(zeros: [weight.shape[0]])
    outputSize = weight.shape[0]
  }

  /// The map of each row of x, (B, K), written to `result`, (B, N). Threads share the outputs.
  public func callAsFunction(_ x: Tensor, into result: inout Tensor) {
    var workspace = Tensor(unwritten: [0])
    self(x, into: &result, workspace: &workspace)
  }

  /// The map of each row of x, (B, K), written to `result`, (B, N). Threads share the outputs.
  ///
  /// - Parameters:
  ///   - workspace: Memory for the rows, kept from call to call; it is made as it is needed.
  ///   - team: The threads; by default those of the current task.
  public func callAsFunction(
    _ x: Tensor, into result: inout Tensor, workspace: inout Tensor,
    on team: ThreadTeam = .current
  ) {
    let rows = x.shape[0]
    precondition(
      x.rank == 2 && x.shape[1] == weights.width && result.rank == 2 && result.shape[0] == rows
        && result.shape[1] == outputSize,
      "\(x.shape) to \(result.shape) by a map from \(weights.width) to \(outputSize)")
    let panels = weights.panelCount
    let parts = weights.partCount(on: team, groups: panels, rows: rows)
    let size = weights.workspaceSize(rows: rows)
    if workspace.count < parts * size { workspace = Tensor(unwritten: [parts * size]) }
    var job = Job(
      weights: weights.forKernels, rows: rows, outputSize: outputSize, x: x.pointer,
      bias: bias.pointer, target: result.mutablePointer, memory: workspace.mutablePointer,
      memorySize: size, panels: panels, parts: parts)
    withExtendedLifetime((self, x)) {
      team.forEachChunk(parts, of: &job) { context, part in
        context?.assumingMemoryBound(to: Job.self).pointee.compute(Int(part))
      }
    }
  }
}

/// A map of all parts.
private struct Job {
  let weights: UnsafePointer<WeightPanels>
  let rows: Int
  let outputSize: Int
  let x: UnsafePointer<Real>
  let bias: UnsafePointer<Real>
  let target: UnsafeMutablePointer<Real>
  let memory: UnsafeMutablePointer<Real>
  let memorySize: Int
  let panels: Int
  let parts: Int

  func compute(_ part: Int) {
    Kernels.table.affine(
      weights, Int64(rows), Int64(outputSize), x, bias, target, Int64(panels * part / parts),
      Int64(panels * (part + 1) / parts), memory + part * memorySize)
  }
}

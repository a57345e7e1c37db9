import CKernels
import RecurGradients
import RecurTensors

/// A built-in cell for inference, one step at a time: its weights packed once, nothing recorded,
/// nothing allocated in a step. Threads share a step by units, so that each reads its own part of the
/// weights, the same at every step.
struct PackedLayer: LayerStepper {
  private let weights: PackedCell
  private let rows: Int
  private var gates: Tensor  // (B, stored · H)
  private var gathered: Tensor?  // (B, D), where the rows of an embedding are not folded
  /// The parts that the team takes a step in, and the memory of each.
  private let partCount: Int
  private let workspaceSize: Int
  private var workspace: Tensor
  private(set) var output: Tensor
  private var cell: Tensor?
  /// The state before the last step, whose memory the next one takes.
  private var spareOutput: Tensor
  private var spareCell: Tensor?

  var state: [Tensor] { [output] + (cell.map { [$0] } ?? []) }

  /// Starts at the initial state.
  ///
  /// - Parameter rows: B: the rows of every step.
  init(_ weights: PackedCell, rows: Int) {
    self.weights = weights
    self.rows = rows
    let size = weights.hiddenSize
    gates = Tensor(unwritten: [rows, weights.storedWidth])
    gathered =
      weights.table == nil ? weights.input.map { Tensor(unwritten: [rows, $0.width]) } : nil
    let packed = [weights.recurrent] + (weights.input.map { [$0] } ?? [])
    partCount = PackedWeights.partCount(packed, groups: weights.groupCount, rows: rows)
    workspaceSize = PackedWeights.workspaceSize(packed, rows: rows)
    workspace = Tensor(unwritten: [partCount * workspaceSize])
    output = Tensor(zeros: [rows, size])
    cell = weights.hasCell ? Tensor(zeros: [rows, size]) : nil
    spareOutput = Tensor(unwritten: [rows, size])
    spareCell = weights.hasCell ? Tensor(unwritten: [rows, size]) : nil
  }

  func withRows(_ rows: Int) -> any LayerStepper { PackedLayer(weights, rows: rows) }

  mutating func restore(_ parts: [Tensor]) {
    precondition(
      parts.map(\.shape) == state.map(\.shape),
      "a state of shapes \(parts.map(\.shape)) for \(state.map(\.shape))")
    output = parts[0]
    if cell != nil { cell = parts[1] }
  }

  mutating func step(_ vectors: Tensor) {
    guard let input = weights.input else {
      preconditionFailure("vectors for a layer that is fed with tokens")
    }
    precondition(
      vectors.shape == [rows, input.width],
      "inputs of shape \(vectors.shape) for \(rows) rows of \(input.width)")
    step(tokens: nil, vectors: vectors.pointer)
  }

  mutating func step(tokens: [Int32], embedding: Tensor) {
    if weights.table != nil {
      tokens.withUnsafeBufferPointer { step(tokens: $0.baseAddress, vectors: nil) }
    } else if var gathered, let width = weights.input?.width {
      self.gathered = nil
      let target = gathered.mutablePointer
      for (row, token) in tokens.enumerated() {
        (target + row * width).update(
          from: embedding.pointer + Int(token) * width, count: width)
      }
      step(gathered)
      self.gathered = gathered
    }
  }

  private mutating func step(tokens: UnsafePointer<Int32>?, vectors: UnsafePointer<Real>?) {
    var run = RecurrenceRun()
    run.steps = 1
    run.batch = Int64(rows)
    run.hidden = Int64(weights.hiddenSize)
    run.gates = gates.mutablePointer
    run.gates_leading = Int64(weights.storedWidth)
    run.table = tokens == nil ? nil : weights.table?.pointer
    run.tokens = tokens
    run.input_bias = weights.inputBias.pointer
    run.recurrent_bias = weights.recurrentBias.pointer + 2 * weights.hiddenSize * weights.gruCount
    run.rectified = weights.isRectified
    run.initial_hidden = output.pointer
    run.hidden_sequence = spareOutput.mutablePointer
    run.initial_cell = cell?.pointer
    run.cell_sequence = spareCell?.mutablePointer
    compute(run, vectors)
    swap(&output, &spareOutput)
    swap(&cell, &spareCell)
  }

  private mutating func compute(_ run: RecurrenceRun, _ vectors: UnsafePointer<Real>?) {
    let memory = workspace.mutablePointer
    let (groups, parts, size) = (weights.groupCount, partCount, workspaceSize)
    let kernel = weights.kernel
    withUnsafePointer(to: run) { run in
      withUnsafePointer(to: weights.recurrent.forKernels) { recurrent in
        func compute(_ input: UnsafePointer<WeightPanels>?) {
          let job = Job(
            kernel: kernel, run: run, recurrent: recurrent, input: input, vectors: vectors,
            memory: memory, memorySize: size, groups: groups, parts: parts)
          ThreadTeam.current.forEachChunk(parts, of: job) { context, part in
            context?.assumingMemoryBound(to: Job.self).pointee.compute(Int(part))
          }
        }
        if vectors != nil, let input = weights.input {
          withUnsafePointer(to: input.forKernels) { compute($0) }
        } else {
          compute(nil)
        }
      }
    }
  }
}

/// A step of all parts.
private struct Job: BitwiseCopyable {
  let kernel: PackedCell.Kernel
  let run: UnsafePointer<RecurrenceRun>
  let recurrent: UnsafePointer<WeightPanels>
  let input: UnsafePointer<WeightPanels>?
  let vectors: UnsafePointer<Real>?
  let memory: UnsafeMutablePointer<Real>
  let memorySize: Int
  let groups: Int
  let parts: Int

  func compute(_ part: Int) {
    kernel(
      run, recurrent, input, vectors, Int64(groups * part / parts),
      Int64(groups * (part + 1) / parts), memory + part * memorySize)
  }
}

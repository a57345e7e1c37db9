import CKernels
import RecurGradients
import RecurTensors

/// A built-in cell for inference, one step at a time: its weights packed once, nothing recorded,
/// nothing allocated in a step. Threads share a step by units, so that each reads its own part of the
/// weights, the same at every step.
struct PackedLayer: LayerStepper {
  private let weights: PackedCell
  private let rows: Int
  private var gathered: Tensor?  // (B, D), where the rows of an embedding are not folded
  /// The parts that the team takes a step in, and the memory of each.
  private let partCount: Int
  private let workspaceSize: Int
  /// The gates, (B, stored · H), and the memory of all parts.
  private var scratch: Tensor
  private(set) var output: Tensor
  private var cell: Tensor?
  /// The state before the last step, whose memory the next one takes.
  private var spareOutput: Tensor
  private var spareCell: Tensor?
  /// What the threads read of a step; of every second step, as the states take turns.
  private var contexts: (next: StandingContext<Job>?, other: StandingContext<Job>?)

  var state: [Tensor] { [output] + (cell.map { [$0] } ?? []) }

  /// Starts at the initial state.
  ///
  /// - Parameter rows: B: the rows of every step.
  init(_ weights: PackedCell, rows: Int) {
    self.weights = weights
    self.rows = rows
    let size = weights.hiddenSize
    gathered = weights.input.map { Tensor(unwritten: [rows, $0.width]) }
    partCount = weights.recurrent.partCount(
      on: .current, groups: weights.groupCount, rows: rows, beside: weights.input)
    workspaceSize =
      weights.recurrent.workspaceSize(rows: rows) + (weights.input?.workspaceSize(rows: rows) ?? 0)
    scratch = Tensor(unwritten: [rows * weights.storedWidth + partCount * workspaceSize])
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

  mutating func step(_ vectors: Tensor, on team: ThreadTeam) {
    guard let input = weights.input else {
      preconditionFailure("vectors for a layer that is fed with tokens")
    }
    precondition(
      vectors.shape == [rows, input.width],
      "inputs of shape \(vectors.shape) for \(rows) rows of \(input.width)")
    step(tokens: nil, vectors: vectors.pointer, on: team)
  }

  mutating func step(tokens: [Int32], embedding: Tensor, on team: ThreadTeam) {
    if weights.input == nil {
      tokens.withUnsafeBufferPointer { step(tokens: $0.baseAddress, vectors: nil, on: team) }
    } else if var gathered = gathered.take(), let width = weights.input?.width {
      let target = gathered.mutablePointer
      for (row, token) in tokens.enumerated() {
        (target + row * width).update(
          from: embedding.pointer + Int(token) * width, count: width)
      }
      step(gathered, on: team)
      self.gathered = gathered
    }
  }

  private mutating func step(
    tokens: UnsafePointer<Int32>?, vectors: UnsafePointer<Real>?, on team: ThreadTeam
  ) {
    let memory = scratch.mutablePointer
    var run = weights.run
    run.batch = Int64(rows)
    run.gates = memory
    run.tokens = tokens
    run.initial_hidden = output.pointer
    run.hidden_sequence = spareOutput.mutablePointer
    run.initial_cell = cell?.pointer
    run.cell_sequence = spareCell?.mutablePointer
    let job = Job(
      run: run, kernel: weights.kernel, recurrent: weights.recurrent.forKernels,
      input: weights.input?.forKernels, vectors: vectors,
      memory: memory + rows * weights.storedWidth,
      memorySize: workspaceSize, groups: weights.groupCount, parts: partCount)
    // Not that of a copy of this layer, which may be in a step of its own.
    if !isKnownUniquelyReferenced(&contexts.next) { contexts.next = StandingContext(job) }
    if let standing = contexts.next?.pointer(to: job) {
      team.forEachChunk(partCount, of: standing) { context, part in
        context?.assumingMemoryBound(to: Job.self).pointee.compute(Int(part))
      }
    }
    swap(&contexts.next, &contexts.other)
    swap(&output, &spareOutput)
    swap(&cell, &spareCell)
  }
}

/// A step of all parts.
private struct Job {
  let run: RecurrenceRun
  let kernel: PackedCell.Kernel
  let recurrent: UnsafePointer<WeightPanels>
  let input: UnsafePointer<WeightPanels>?
  let vectors: UnsafePointer<Real>?
  let memory: UnsafeMutablePointer<Real>
  let memorySize: Int
  let groups: Int
  let parts: Int

  func compute(_ part: Int) {
    withUnsafePointer(to: run) { run in
      kernel(
        run, recurrent, input, vectors, Int64(groups * part / parts),
        Int64(groups * (part + 1) / parts), memory + part * memorySize)
    }
  }
}

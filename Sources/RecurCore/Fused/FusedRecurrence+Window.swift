import CKernels
import RecurGradients
import RecurTensors

extension FusedRecurrence {
  /// The memory of one unroll between its forward and its backward pass.
  final class Window {
    let cell: FusedRecurrence
    let inputs: Inputs
    let lengths: [Int32]?
    let initial: [Tensor]?
    /// The first step of a sequence that belongs to this window, and how many do.
    let firstStep: Int
    let steps: Int
    let batch: Int
    /// Input parts of the pre-activations, then activations, then gradients of pre-activations, in pairs where
    /// kernels round factors.
    var gates: Tensor  // (T or 1, B, stored · H, and what keeps rows apart)
    var hidden: Tensor  // (T, B, H)
    /// Hidden states of one step as kernels with rounded factors take them.
    private var pairs: Tensor  // (B, pairs of H)
    var cellStates: Tensor?  // (T, B, H)

    /// Makes the window of all steps, or of a segment of them.
    ///
    /// - Parameter keepsGates: Whether gates are kept of every step: for a backward pass, and where their input
    ///   parts stand in them and not in a table.
    init(
      _ cell: FusedRecurrence, _ inputs: Inputs, segment: Range<Int>? = nil, lengths: [Int32]?,
      from initial: [Tensor]?, keepsGates: Bool = true
    ) {
      self.cell = cell
      self.lengths = lengths
      self.initial = initial
      let size = inputs.size
      let segment = segment ?? 0..<size.steps
      firstStep = segment.lowerBound
      steps = segment.count
      batch = size.batch
      let hiddenSize = cell.hiddenSize
      precondition(steps >= 1, "inputs of no steps")
      switch inputs {
      case .sequence(let sequence):
        precondition(
          sequence.shape[2] == cell.inputSize,
          "inputs of shape \(sequence.shape) for a cell with \(cell.inputSize) inputs")
        self.inputs = inputs
      case .tokens(let tokens, let embedding, let batchSize):
        precondition(
          embedding.shape.count == 2 && embedding.shape[1] == cell.inputSize,
          "an embedding of shape \(embedding.shape) for a cell with \(cell.inputSize) inputs")
        precondition(
          tokens.allSatisfy { $0 >= 0 && $0 < embedding.shape[0] },
          "a token outside an embedding of \(embedding.shape[0]) rows")
        let part = tokens[segment.lowerBound * batchSize..<segment.upperBound * batchSize]
        self.inputs = .tokens(Array(part), embedding: embedding, batchSize: batchSize)
      }
      if let lengths {
        precondition(
          lengths.count == batch && lengths.allSatisfy { [steps] in $0 >= 1 && $0 <= steps },
          "lengths \(lengths) for \(batch) rows of \(steps) steps")
      }
      for part in initial ?? [] {
        precondition(
          part.shape == [batch, hiddenSize],
          "a state of shape \(part.shape) for \(batch) rows of \(hiddenSize) units")
      }
      gates = Tensor(unwritten: [keepsGates ? steps : 1, batch, cell.gatesLeading])
      hidden = Tensor(unwritten: [steps, batch, hiddenSize])
      pairs = Tensor(unwritten: [batch, Int(recur_pairs(Int64(hiddenSize)))])
      cellStates = cell.hasCell ? Tensor(unwritten: [steps, batch, hiddenSize]) : nil
    }

    // MARK: Forward

    func forward() {
      let table = projectInputs()
      forward(panels: cell.packedForForward(), bias: cell.inputBias(), table: table)
    }

    /// Runs all steps from input parts that stand in `gates`, or in a table for each token.
    func forward(panels: Tensor, bias: Tensor, table: Tensor?) {
      precondition(
        table != nil || gates.shape[0] == steps, "input parts of steps whose gates are not kept")
      withRun(panels: panels, bias: bias, table: table) { run in
        ThreadTeam.current.forEachPart(of: batch) { rows in
          let begin = Int64(rows.lowerBound)
          let end = Int64(rows.upperBound)
          switch cell.kind {
          case .elman: Kernels.table.rnn_forward(run, begin, end)
          case .lstm: Kernels.table.lstm_forward(run, begin, end)
          case .gru: Kernels.table.gru_forward(run, begin, end)
          }
        }
      }
    }

    /// Where the inputs of this window begin in a sequence.
    var inputOffset: Int { firstStep * batch * cell.inputSize }

    /// Writes the input parts of all steps to `gates`, or returns them for each row of the embedding.
    private func projectInputs() -> Tensor? {
      switch inputs {
      case .sequence(let sequence):
        MatrixProduct.compute(
          MatrixView(
            sequence.value.pointer + inputOffset, rows: steps * batch, columns: cell.inputSize),
          MatrixView(cell.weightIH.value.pointer, rows: cell.gateWidth, columns: cell.inputSize)
            .transposed, into: gates.mutablePointer, leading: cell.gatesLeading)
        return nil
      case .tokens(_, let embedding, _):
        return cell.inputTable(folding: embedding.value)
      }
    }

    func finalState() -> [Tensor] {
      [lastRows(of: hidden)] + (cellStates.map { [lastRows(of: $0)] } ?? [])
    }

    private func lastRows(of sequence: Tensor) -> Tensor {
      let size = cell.hiddenSize
      var result = Tensor(unwritten: [batch, size])
      let target = result.mutablePointer
      for row in 0..<batch {
        let step = lengths.map { Int($0[row]) - 1 } ?? steps - 1
        (target + row * size).update(
          from: sequence.pointer + (step * batch + row) * size, count: size)
      }
      return result
    }

    // MARK: The kernel's view

    func withRun(
      panels: Tensor, bias: Tensor? = nil, table: Tensor? = nil,
      _ body: (UnsafeMutablePointer<RecurrenceRun>) -> Void
    ) {
      func call(_ tokens: UnsafePointer<Int32>?, _ lengths: UnsafePointer<Int32>?) {
        var run = RecurrenceRun()
        run.steps = Int64(steps)
        run.batch = Int64(batch)
        run.hidden = Int64(cell.hiddenSize)
        run.gates = gates.mutablePointer
        run.gates_leading = Int64(cell.gatesLeading)
        run.gates_step = gates.shape[0] == 1 ? 0 : Int64(batch * cell.gatesLeading)
        run.table = table?.pointer
        run.tokens = table == nil ? nil : tokens
        run.input_bias = bias?.pointer
        run.panels = panels.pointer
        run.initial_hidden = initial?[0].pointer
        run.hidden_sequence = UnsafeMutablePointer(mutating: hidden.pointer)
        run.pairs = pairs.mutablePointer
        run.lengths = lengths
        switch cell.kind {
        case .elman(let rectified): run.rectified = rectified
        case .lstm:
          run.initial_cell = initial?[1].pointer
          run.cell_sequence = cellStates.map { UnsafeMutablePointer(mutating: $0.pointer) }
        case .gru: run.recurrent_bias = cell.biasHH.value.pointer + 2 * cell.hiddenSize
        }
        body(&run)
      }
      func withLengths(_ tokens: UnsafePointer<Int32>?) {
        if let lengths {
          lengths.withUnsafeBufferPointer { call(tokens, $0.baseAddress) }
        } else {
          call(tokens, nil)
        }
      }
      withExtendedLifetime((panels, bias, table)) {
        if case .tokens(let tokens, _, _) = inputs {
          tokens.withUnsafeBufferPointer { withLengths($0.baseAddress) }
        } else {
          withLengths(nil)
        }
      }
    }
  }
}

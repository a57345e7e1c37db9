import CKernels
import RecurGradients
import RecurTensors

/// A built-in cell for inference, one step at a time: its weights packed once, nothing recorded,
/// nothing allocated in a step.
struct PackedLayer: LayerStepper {
  private let kind: FusedRecurrence.Kind
  private let inputSize: Int
  private let hiddenSize: Int
  private let gateWidth: Int
  private let storedWidth: Int
  private let recurrentPanels: Tensor
  private let inputBias: Tensor
  private let recurrentBias: Tensor
  /// W_ih packed, or its product with each row of an embedding.
  private let inputPanels: Tensor?
  private let table: Tensor?
  /// The most scalars of such a table, 32 MB in single precision: beyond, its making would delay the
  /// first token, and its rows would come from memory anyway. The product is then taken in each step.
  static let tableLimit = 1 << 23

  private let rows: Int
  private var gates: Tensor  // (B, stored · H)
  private var pairs: Tensor  // (B, (H + 1) / 2)
  private var gathered: Tensor  // (B, D)
  private(set) var state: [Tensor]
  /// The state before the last step, whose memory the next one takes.
  private var spare: [Tensor]

  var output: Tensor { state[0] }

  /// Packs a cell.
  ///
  /// - Parameters:
  ///   - embedding: (V, D), to fold into the input weights; nil for a layer fed with vectors.
  ///   - rows: B: the rows of every step.
  init(_ cell: FusedRecurrence, embedding: Tensor?, rows: Int) {
    kind = cell.kind
    inputSize = cell.inputSize
    hiddenSize = cell.hiddenSize
    gateWidth = cell.gateWidth
    storedWidth = cell.storedWidth
    recurrentPanels = cell.packedForForward()
    inputBias = cell.inputBias()
    recurrentBias = cell.biasHH.value
    if let embedding, embedding.shape[0] * cell.gateWidth <= Self.tableLimit {
      table = cell.inputTable(folding: embedding)
      inputPanels = nil
    } else {
      table = nil
      inputPanels = PackedMatrix.rows(of: cell.weightIH.value)
    }
    self.rows = rows
    gates = Tensor(unwritten: [rows, storedWidth])
    pairs = Tensor(unwritten: [rows, (hiddenSize + 1) / 2])
    gathered = Tensor(unwritten: [rows, inputSize])
    state = Array(
      repeating: Tensor(zeros: [rows, hiddenSize]), count: cell.hasCell ? 2 : 1)
    spare = state
  }

  mutating func restore(_ parts: [Tensor]) {
    precondition(
      parts.map(\.shape) == state.map(\.shape),
      "a state of shapes \(parts.map(\.shape)) for \(state.map(\.shape))")
    state = parts
  }

  mutating func step(_ vectors: Tensor) {
    precondition(
      vectors.shape == [rows, inputSize],
      "inputs of shape \(vectors.shape) for \(rows) rows of \(inputSize)")
    step { layer, run in layer.compute(&run, vectors: vectors) }
  }

  mutating func step(tokens: [Int32], embedding: Tensor) {
    guard let table else {
      let target = gathered.mutablePointer
      for (row, token) in tokens.enumerated() {
        (target + row * inputSize).update(
          from: embedding.pointer + Int(token) * inputSize, count: inputSize)
      }
      step { layer, run in layer.compute(&run, vectors: layer.gathered) }
      return
    }
    tokens.withUnsafeBufferPointer { buffer in
      step { layer, run in
        run.table = table.pointer
        run.tokens = buffer.baseAddress
        layer.compute(&run, vectors: nil)
      }
    }
  }

  private mutating func step(_ body: (PackedLayer, inout RecurrenceRun) -> Void) {
    var run = RecurrenceRun()
    run.steps = 1
    run.batch = Int64(rows)
    run.hidden = Int64(hiddenSize)
    run.gates = gates.mutablePointer
    run.gates_leading = Int64(storedWidth)
    run.input_bias = inputBias.pointer
    run.panels = recurrentPanels.pointer
    run.initial_hidden = state[0].pointer
    run.hidden_sequence = spare[0].mutablePointer
    run.pairs = pairs.mutablePointer
    switch kind {
    case .elman(let rectified): run.rectified = rectified
    case .lstm:
      run.initial_cell = state[1].pointer
      run.cell_sequence = spare[1].mutablePointer
    case .gru: run.recurrent_bias = recurrentBias.pointer + 2 * hiddenSize
    }
    body(self, &run)
    swap(&state, &spare)
  }

  private func compute(_ run: inout RecurrenceRun, vectors: Tensor?) {
    let width = Int64(inputSize)
    let kernels = Kernels.table
    withUnsafePointer(to: &run) { run in
      ThreadTeam.current.forEachPart(of: rows) { part in
        let begin = Int64(part.lowerBound)
        let end = Int64(part.upperBound)
        if let vectors, let inputPanels {
          kernels.product(
            end - begin, Int64(gateWidth), width, vectors.pointer + part.lowerBound * inputSize,
            width, inputPanels.pointer, width * Int64(RECUR_PANEL),
            run.pointee.gates + part.lowerBound * storedWidth, Int64(storedWidth), false)
        }
        switch kind {
        case .elman: kernels.rnn_forward(run, begin, end)
        case .lstm: kernels.lstm_forward(run, begin, end)
        case .gru: kernels.gru_forward(run, begin, end)
        }
      }
    }
  }
}

import CKernels
import RecurGradients
import RecurTensors

/// A built-in cell for inference, one step at a time: its weights packed once, nothing recorded,
/// nothing allocated in a step. Threads share a step by units, so that each reads its own part of the
/// weights, the same at every step.
struct PackedLayer: LayerStepper {
  private let kind: FusedRecurrence.Kind
  private let hiddenSize: Int
  private let storedWidth: Int
  private let recurrent: PackedWeights
  private let inputBias: Tensor
  private let recurrentBias: Tensor
  /// W_ih packed, or its product with each row of an embedding.
  private let input: PackedWeights?
  private let table: Tensor?

  private let rows: Int
  private var gates: Tensor  // (B, stored · H)
  /// The parts that the team takes a step in, and the memory of each.
  private let partCount: Int
  private let workspaceSize: Int
  private var workspace: Tensor
  private(set) var state: [Tensor]
  /// The state before the last step, whose memory the next one takes.
  private var spare: [Tensor]

  var output: Tensor { state[0] }

  /// Packs a cell.
  ///
  /// - Parameters:
  ///   - embedding: (V, D), to fold into the input weights; nil for a layer fed with vectors.
  ///   - rows: B: the rows of every step.
  ///   - weights: What is kept of the weights.
  init(_ cell: FusedRecurrence, embedding: Tensor?, rows: Int, _ weights: InferenceWeights) {
    let gateCount = cell.kind.gateCount
    self.init(
      kind: cell.kind, hiddenSize: cell.hiddenSize, storedWidth: cell.storedWidth,
      recurrent: PackedWeights(cell.weightHH.value, gateCount: gateCount, weights),
      inputBias: cell.inputBias(), recurrentBias: cell.biasHH.value,
      input: embedding == nil
        ? PackedWeights(cell.weightIH.value, gateCount: gateCount, weights) : nil,
      table: embedding.map(cell.inputTable(folding:)), rows: rows)
  }

  private init(
    kind: FusedRecurrence.Kind, hiddenSize: Int, storedWidth: Int, recurrent: PackedWeights,
    inputBias: Tensor, recurrentBias: Tensor, input: PackedWeights?, table: Tensor?, rows: Int
  ) {
    self.kind = kind
    self.hiddenSize = hiddenSize
    self.storedWidth = storedWidth
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
    self.input = input
    self.table = table
    self.rows = rows
    gates = Tensor(unwritten: [rows, storedWidth])
    let packed = [recurrent] + (input.map { [$0] } ?? [])
    partCount = PackedWeights.partCount(packed, groups: Self.groups(kind, hiddenSize), rows: rows)
    workspaceSize = PackedWeights.workspaceSize(packed, rows: rows)
    workspace = Tensor(unwritten: [partCount * workspaceSize])
    let hasCell = if case .lstm = kind { true } else { false }
    state = Array(repeating: Tensor(zeros: [rows, hiddenSize]), count: hasCell ? 2 : 1)
    spare = state
  }

  func withRows(_ rows: Int) -> any LayerStepper {
    PackedLayer(
      kind: kind, hiddenSize: hiddenSize, storedWidth: storedWidth, recurrent: recurrent,
      inputBias: inputBias, recurrentBias: recurrentBias, input: input, table: table, rows: rows)
  }

  /// What a step is cut into: a block of units with all gates, or four blocks where there is one gate.
  private static func groups(_ kind: FusedRecurrence.Kind, _ hiddenSize: Int) -> Int {
    let units = kind.gateCount == 1 ? 4 * Int(RECUR_PANEL) : Int(RECUR_PANEL)
    return (hiddenSize + units - 1) / units
  }

  mutating func restore(_ parts: [Tensor]) {
    precondition(
      parts.map(\.shape) == state.map(\.shape),
      "a state of shapes \(parts.map(\.shape)) for \(state.map(\.shape))")
    state = parts
  }

  mutating func step(_ vectors: Tensor) {
    guard let input else { preconditionFailure("vectors for a layer that is fed with tokens") }
    precondition(
      vectors.shape == [rows, input.width],
      "inputs of shape \(vectors.shape) for \(rows) rows of \(input.width)")
    step(tokens: nil, vectors: vectors.pointer, input.forKernels)
  }

  mutating func step(tokens: [Int32], embedding: Tensor) {
    tokens.withUnsafeBufferPointer { step(tokens: $0.baseAddress, vectors: nil, nil) }
  }

  private mutating func step(
    tokens: UnsafePointer<Int32>?, vectors: UnsafePointer<Real>?, _ input: WeightPanels?
  ) {
    var run = RecurrenceRun()
    run.steps = 1
    run.batch = Int64(rows)
    run.hidden = Int64(hiddenSize)
    run.gates = gates.mutablePointer
    run.gates_leading = Int64(storedWidth)
    run.table = tokens == nil ? nil : table?.pointer
    run.tokens = tokens
    run.input_bias = inputBias.pointer
    run.initial_hidden = state[0].pointer
    run.hidden_sequence = spare[0].mutablePointer
    switch kind {
    case .elman(let rectified): run.rectified = rectified
    case .lstm:
      run.initial_cell = state[1].pointer
      run.cell_sequence = spare[1].mutablePointer
    case .gru: run.recurrent_bias = recurrentBias.pointer + 2 * hiddenSize
    }
    var weights = recurrent.forKernels
    if var input {
      compute(&run, &weights, &input, vectors)
    } else {
      compute(&run, &weights, nil, nil)
    }
    swap(&state, &spare)
  }

  private mutating func compute(
    _ run: UnsafePointer<RecurrenceRun>, _ weights: UnsafePointer<WeightPanels>,
    _ input: UnsafePointer<WeightPanels>?, _ vectors: UnsafePointer<Real>?
  ) {
    let groups = Self.groups(kind, hiddenSize)
    let parts = partCount
    let memory = workspace.mutablePointer
    let size = workspaceSize
    let step =
      switch kind {
      case .elman: Kernels.table.rnn_step
      case .lstm: Kernels.table.lstm_step
      case .gru: Kernels.table.gru_step
      }
    ThreadTeam.current.forEachChunk(parts) { part in
      step?(
        run, weights, input, vectors, Int64(groups * part / parts),
        Int64(groups * (part + 1) / parts), memory + part * size)
    }
  }
}

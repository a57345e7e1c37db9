import RecurGradients
public import RecurTensors

/// A stack for inference, one step at a time, for as many rows as are wanted together.
///
/// The weights of built-in cells are packed once and a step allocates nothing; cells of a user's own
/// take their `step`. Only what steps need is kept: layers that nobody else holds go, one by one, as they
/// are packed.
public struct StackStepper: Sendable {
  private let embedding: Tensor
  private let rows: Int
  private var layers: [any LayerStepper]

  /// Prepares a stack whose inputs are rows of an embedding.
  ///
  /// - Parameters:
  ///   - stack: The layers. Later changes to them are not seen.
  ///   - embedding: (V, E).
  ///   - rows: B: how many sequences go through the stack together.
  ///   - weights: What is kept of the weights of built-in cells; everything by default.
  public init(
    _ stack: consuming RecurrentStack, embedding: Tensor, rows: Int,
    _ weights: InferenceWeights = .unchanged
  ) {
    precondition(rows >= 1, "a stepper of \(rows) rows")
    self.embedding = embedding
    self.rows = rows
    layers = []
    var cells = stack.layers
    _ = consume stack
    cells.reverse()
    while let cell = cells.popLast() {
      layers.append(
        Self.stepper(
          for: cell, embedding: layers.isEmpty ? embedding : nil, rows: rows, weights))
    }
  }

  /// A stepper of the same weights, for other sequences; it begins with the initial state.
  public init(sharing other: StackStepper, rows: Int) {
    precondition(rows >= 1, "a stepper of \(rows) rows")
    embedding = other.embedding
    self.rows = rows
    layers = other.layers.map { $0.withRows(rows) }
  }

  private static func stepper(
    for cell: some RecurrentCell, embedding: Tensor?, rows: Int, _ weights: InferenceWeights
  ) -> any LayerStepper {
    guard let cell = cell as? any FusibleCell else { return StepwiseLayer(cell, rows: rows) }
    return PackedLayer(
      PackedCell(cell.recurrence(on: nil), embedding: embedding, weights), rows: rows)
  }

  /// The state of every layer.
  public var carry: Carry {
    get { Carry(layers: layers.map(\.state)) }
    set {
      precondition(
        newValue.layers.count == layers.count,
        "a carry of \(newValue.layers.count) layers for \(layers.count)")
      for index in layers.indices { layers[index].restore(newValue.layers[index]) }
    }
  }

  /// One step for every row.
  ///
  /// - Parameters:
  ///   - tokens: The row of the embedding for each sequence, (B).
  ///   - team: The threads, of which built-in cells use as many as the stepper was made with; by default those
  ///     of the current task.
  /// - Returns: The outputs of the last layer, (B, H).
  public mutating func step(_ tokens: [Int32], on team: ThreadTeam = .current) -> Tensor {
    precondition(tokens.count == rows, "\(tokens.count) tokens for \(rows) rows")
    precondition(
      tokens.allSatisfy { $0 >= 0 && $0 < embedding.shape[0] },
      "a token outside an embedding of \(embedding.shape[0]) rows")
    layers[0].step(tokens: tokens, embedding: embedding, on: team)
    for index in 1..<layers.count { layers[index].step(layers[index - 1].output, on: team) }
    return layers[layers.count - 1].output
  }
}

/// One layer of a `StackStepper`.
protocol LayerStepper: Sendable {
  /// The parts of the state, each (B, H).
  var state: [Tensor] { get }
  /// The outputs of the last step, (B, H).
  var output: Tensor { get }
  /// The same layer for other rows, in the initial state.
  func withRows(_ rows: Int) -> any LayerStepper
  /// Replaces the state.
  mutating func restore(_ parts: [Tensor])
  /// One step from vectors, (B, D).
  mutating func step(_ vectors: Tensor, on team: ThreadTeam)
  /// One step from rows of the embedding that the layer was made with.
  mutating func step(tokens: [Int32], embedding: Tensor, on team: ThreadTeam)
}

/// A cell of a user's own, by its `step`.
private struct StepwiseLayer<Cell: RecurrentCell>: LayerStepper {
  private let cell: Cell
  private(set) var state: [Tensor]
  private(set) var output: Tensor

  init(_ cell: Cell, rows: Int) {
    self.cell = cell
    state = cell.initialState(batchSize: rows).tensors
    output = Tensor(zeros: [rows, cell.hiddenSize])
  }

  func withRows(_ rows: Int) -> any LayerStepper { StepwiseLayer(cell, rows: rows) }

  mutating func restore(_ parts: [Tensor]) {
    state = parts
  }

  mutating func step(_ vectors: Tensor, on team: ThreadTeam) {
    let result = ThreadTeam.$current.withValue(team) {
      cell.step(Variable(vectors), Cell.State(tensors: state, on: nil))
    }
    state = result.state.tensors
    output = result.output.value
  }

  mutating func step(tokens: [Int32], embedding: Tensor, on team: ThreadTeam) {
    step(Variable(embedding).gatherRows(tokens).value, on: team)
  }
}

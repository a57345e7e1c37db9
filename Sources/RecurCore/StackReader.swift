import CKernels
import RecurGradients
public import RecurTensors

/// A stack for inference, many steps at a time, for any number of rows: nothing is recorded, the
/// weights of built-in cells are packed once, and any number of tasks read with one reader.
///
/// What a row gives depends neither on the rows beside it nor on where its steps are cut, to the bit.
public struct StackReader: Sendable {
  private let embedding: Tensor  // (V, E)
  private let layers: [any LayerReader]
  /// The first layer's input weights times every row of the embedding.
  private let table: Tensor?  // (V, gH)

  /// Prepares a stack whose inputs are rows of an embedding, (V, E). Later changes to either are not
  /// seen.
  public init(_ stack: RecurrentStack, embedding: Tensor) {
    self.init(
      embedding: embedding, layers: stack.layers.map { Self.reader(for: $0) }, table: nil)
  }

  private init(embedding: Tensor, layers: [any LayerReader], table: Tensor?) {
    self.embedding = embedding
    self.layers = layers
    self.table = table
  }

  private static func reader(for cell: some RecurrentCell) -> any LayerReader {
    guard let cell = cell as? any FusibleCell else { return StepwiseReader(cell: cell) }
    return PackedReader(cell)
  }

  /// A reader that has the first layer's input weights times every row of the embedding at hand, for
  /// reading many times as many tokens as the embedding has rows: the same bits in less time.
  public func folded() -> StackReader {
    StackReader(
      embedding: embedding, layers: layers, table: layers[0].inputTable(folding: embedding))
  }

  /// V: the rows of the embedding.
  public var vocabularySize: Int { embedding.shape[0] }

  /// Reads steps.
  ///
  /// - Parameters:
  ///   - tokens: The row of each input, (T, B), time-major.
  ///   - batchSize: B.
  ///   - lengths: The steps that count of each row, from 1 to T; nil where all do.
  ///   - carry: The state before; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, H), zero past the length, and the state after each
  ///   row's last step.
  public func read(
    _ tokens: [Int32], batchSize: Int, lengths: [Int32]? = nil, from carry: Carry? = nil
  ) -> (outputs: Tensor, carry: Carry) {
    precondition(
      batchSize >= 1 && !tokens.isEmpty && tokens.count % batchSize == 0,
      "\(tokens.count) tokens in \(batchSize) rows")
    let rows = Variable(embedding)
    let inputs =
      table == nil
      ? EmbeddedTokens(tokens, in: rows) : EmbeddedTokens(rows: rows, numbers: tokens)
    var (outputs, state) = layers[0].read(
      inputs, table: table, batchSize: batchSize, lengths: lengths, from: carry?.layers[0])
    var states = [state]
    for (index, layer) in layers.enumerated().dropFirst() {
      (outputs, state) = layer.read(outputs, lengths: lengths, from: carry?.layers[index])
      states.append(state)
    }
    return (outputs, Carry(layers: states))
  }
}

/// One layer of a `StackReader`.
protocol LayerReader: Sendable {
  /// Reads tokens, (T, B); the outputs are (T, B, H).
  ///
  /// - Parameter table: The input weights times each row, (U, gH), where that is known already.
  func read(
    _ tokens: EmbeddedTokens, table: Tensor?, batchSize: Int, lengths: [Int32]?,
    from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor])
  /// Reads vectors, (T, B, D).
  func read(
    _ vectors: Tensor, lengths: [Int32]?, from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor])
  /// The product of the input weights with each row of an embedding; nil where there is none.
  func inputTable(folding embedding: Tensor) -> Tensor?
}

/// A cell of a user's own, by its `unroll`.
private struct StepwiseReader<Cell: RecurrentCell>: LayerReader {
  let cell: Cell

  func read(
    _ tokens: EmbeddedTokens, table: Tensor?, batchSize: Int, lengths: [Int32]?,
    from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor]) {
    let vectors = tokens.rows.gatherRows(tokens.numbers).value
    return read(
      vectors.reshaped([tokens.numbers.count / batchSize, batchSize, cell.inputSize]),
      lengths: lengths, from: state)
  }

  func read(
    _ vectors: Tensor, lengths: [Int32]?, from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor]) {
    let result = cell.unroll(
      Variable(vectors), lengths: lengths, from: state.map { Cell.State(tensors: $0, on: nil) })
    return (result.outputs.value, result.state.tensors)
  }

  func inputTable(folding embedding: Tensor) -> Tensor? { nil }
}

/// A built-in cell with its weights packed once.
private struct PackedReader: LayerReader {
  private let cell: any FusibleCell
  private let recurrentPanels: Tensor
  private let inputPanels: Tensor
  private let bias: Tensor

  init(_ cell: any FusibleCell) {
    self.cell = cell
    let recurrence = cell.recurrence(on: nil)
    recurrentPanels = recurrence.packedForForward()
    inputPanels = PackedMatrix.rows(of: recurrence.weightIH.value)
    bias = recurrence.inputBias()
  }

  func read(
    _ tokens: EmbeddedTokens, table: Tensor?, batchSize: Int, lengths: [Int32]?,
    from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor]) {
    let window = FusedRecurrence.Window(
      cell.recurrence(on: nil),
      .tokens(tokens.numbers, embedding: tokens.rows, batchSize: batchSize),
      lengths: lengths, from: state, keepsGates: false)
    return run(window, table: table ?? inputTable(folding: tokens.rows.value))
  }

  func read(
    _ vectors: Tensor, lengths: [Int32]?, from state: [Tensor]?
  ) -> (outputs: Tensor, state: [Tensor]) {
    let window = FusedRecurrence.Window(
      cell.recurrence(on: nil), .sequence(Variable(vectors)), lengths: lengths, from: state)
    multiply(vectors, into: &window.gates, leading: window.cell.gatesLeading)
    return run(window, table: nil)
  }

  func inputTable(folding embedding: Tensor) -> Tensor? {
    let width = cell.recurrence(on: nil).gateWidth
    var table = Tensor(unwritten: [embedding.shape[0], width])
    multiply(embedding, into: &table, leading: width)
    return table
  }

  private func run(
    _ window: FusedRecurrence.Window, table: Tensor?
  ) -> (outputs: Tensor, state: [Tensor]) {
    window.forward(panels: recurrentPanels, bias: bias, table: table)
    return (window.hidden, window.finalState())
  }

  /// The input weights times each vector, always by the one kernel whose rows do not depend on how
  /// many there are.
  private func multiply(_ vectors: Tensor, into result: inout Tensor, leading: Int) {
    let (width, gateWidth) = (cell.inputSize, cell.recurrence(on: nil).gateWidth)
    let (source, target) = (vectors.pointer, result.mutablePointer)
    let count = vectors.count / width
    // In blocks, so that a block of vectors stays in the cache while the panels pass by.
    let block = 96
    ThreadTeam.current.forEachChunk((count + block - 1) / block) { chunk in
      let first = chunk * block
      Kernels.table.product(
        Int64(min(block, count - first)), Int64(gateWidth), Int64(width), source + first * width,
        Int64(width), inputPanels.pointer, Int64(Kernels.table.panelSize(width)),
        target + first * leading, Int64(leading), false)
    }
    withExtendedLifetime(vectors) {}
  }
}

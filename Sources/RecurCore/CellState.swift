public import RecurGradients
public import RecurTensors

/// The state of a cell between two steps, on the tape. Parts in, parts out: what detaches, selects,
/// stores and restores a state works on the parts and needs to know no cell.
public protocol CellState {
  /// The parts, each (B, H).
  var parts: [Variable] { get }
  /// Makes a state from as many parts as `parts` has.
  init(parts: [Variable])
}

extension CellState {
  /// The state as plain tensors, on no tape.
  public var tensors: [Tensor] { parts.map(\.value) }

  /// Puts plain tensors on a tape, or on none, as data.
  public init(tensors: [Tensor], on tape: Tape?) {
    self.init(parts: tensors.map { tape?.constant($0) ?? Variable($0) })
  }
}

/// The state of a cell that hands on its hidden state only.
public struct HiddenState: CellState {
  /// The hidden state, (B, H).
  public var hidden: Variable

  /// Makes a state.
  public init(hidden: Variable) {
    self.hidden = hidden
  }

  /// All zeros.
  public static func zeros(_ batchSize: Int, _ hiddenSize: Int) -> HiddenState {
    HiddenState(hidden: Variable(Tensor(zeros: [batchSize, hiddenSize])))
  }

  /// The hidden state alone.
  public var parts: [Variable] { [hidden] }

  /// Makes a state from the hidden state alone.
  public init(parts: [Variable]) {
    precondition(parts.count == 1, "a hidden state of \(parts.count) parts")
    hidden = parts[0]
  }
}

/// The state of an LSTM.
public struct LSTMState: CellState {
  /// The hidden state, (B, H).
  public var hidden: Variable
  /// The cell state, (B, H).
  public var cell: Variable

  /// Makes a state.
  public init(hidden: Variable, cell: Variable) {
    self.hidden = hidden
    self.cell = cell
  }

  /// All zeros.
  public static func zeros(_ batchSize: Int, _ hiddenSize: Int) -> LSTMState {
    let zeros = Variable(Tensor(zeros: [batchSize, hiddenSize]))
    return LSTMState(hidden: zeros, cell: zeros)
  }

  /// The hidden state, then the cell state.
  public var parts: [Variable] { [hidden, cell] }

  /// Makes a state from the hidden state and the cell state.
  public init(parts: [Variable]) {
    precondition(parts.count == 2, "an LSTM state of \(parts.count) parts")
    hidden = parts[0]
    cell = parts[1]
  }
}

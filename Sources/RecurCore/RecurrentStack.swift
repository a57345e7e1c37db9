public import RecurGradients
public import RecurTensors

/// Recurrent layers, each on the outputs of the one below; every layer has a width of its own.
///
/// Parameters are named as PyTorch's: `weight_ih_l0`, `weight_hh_l0`, …, `weight_ih_l1`, ….
public struct RecurrentStack: Module {
  /// The layers, from the inputs up.
  public var layers: [any RecurrentCell]
  /// The probability of an output to be dropped between two layers, in training.
  public var dropout: Real

  /// Makes a stack of layers.
  ///
  /// - Parameters:
  ///   - layers: At least one; the inputs of each are as wide as the outputs of the one below.
  ///   - dropout: The probability of an output to be dropped between two layers, on a tape; 0 by
  ///     default.
  public init(layers: [any RecurrentCell], dropout: Real = 0) {
    precondition(!layers.isEmpty, "a stack of no layers")
    for (below, above) in zip(layers, layers.dropFirst()) {
      precondition(
        below.hiddenSize == above.inputSize,
        "a layer of \(above.inputSize) inputs on one of \(below.hiddenSize) outputs")
    }
    precondition((0..<1).contains(dropout), "dropout with probability \(dropout)")
    self.layers = layers
    self.dropout = dropout
  }

  /// D: the width of the inputs.
  public var inputSize: Int { layers.first?.inputSize ?? 0 }
  /// H: the width of the outputs.
  public var hiddenSize: Int { layers.last?.hiddenSize ?? 0 }

  /// Visits the parameters of each layer under its number.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    for index in layers.indices {
      try layers[index].visitParameters { name, parameter in
        try visit("\(name)_l\(index)", &parameter)
      }
    }
  }

  /// The state before the first step, when none is given.
  public func initialCarry(batchSize: Int) -> Carry {
    Self.initialCarry(of: layers, batchSize: batchSize)
  }

  /// The state of some cells before the first step, when none is given.
  public static func initialCarry(of cells: [any RecurrentCell], batchSize: Int) -> Carry {
    Carry(layers: cells.map { initialParts(of: $0, batchSize: batchSize) })
  }

  /// All steps of a window.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - carry: The state before the first step; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, H), and the state after each row's last step.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]? = nil, from carry: Carry? = nil
  ) -> (outputs: Variable, carry: Carry) {
    let (outputs, states) = unroll(
      inputs, lengths: lengths, states: carry?.variables(on: inputs.tape))
    return (outputs, Carry(detaching: states))
  }

  /// All steps of a window, with states on the tape: gradients flow in at the end and out at the
  /// start.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - states: The parts of each layer's state before the first step; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, H), and the parts of each layer's state after
  ///   each row's last step.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]?, states: [[Variable]]?
  ) -> (outputs: Variable, states: [[Variable]]) {
    check(states?.count)
    var outputs = inputs
    var finals: [[Variable]] = []
    for (index, layer) in layers.enumerated() {
      if index > 0 { outputs = outputs.dropout(probability: dropout) }
      let result = Self.unroll(layer, outputs, lengths: lengths, from: states?[index])
      outputs = result.outputs
      finals.append(result.parts)
    }
    return (outputs, finals)
  }

  /// All steps of a window whose inputs are rows of an embedding.
  ///
  /// - Parameters:
  ///   - tokens: The row of each input, (T, B).
  ///   - embedding: (V, D).
  ///   - batchSize: B.
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - carry: The state before the first step; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, H), and the state after each row's last step.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]? = nil,
    from carry: Carry? = nil
  ) -> (outputs: Variable, carry: Carry) {
    let states = carry?.variables(on: embedding.tape)
    check(states?.count)
    var (outputs, parts) = Self.unroll(
      layers[0], tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: lengths,
      from: states?[0])
    var finals = [parts]
    for (index, layer) in layers.enumerated().dropFirst() {
      outputs = outputs.dropout(probability: dropout)
      (outputs, parts) = Self.unroll(layer, outputs, lengths: lengths, from: states?[index])
      finals.append(parts)
    }
    return (outputs, Carry(detaching: finals))
  }

  private func check(_ count: Int?) {
    precondition(
      count == nil || count == layers.count,
      "the state of \(count ?? 0) layers for \(layers.count)")
  }

  // A cell of an unknown type: its state goes in and out as parts.

  private static func initialParts(of cell: some RecurrentCell, batchSize: Int) -> [Tensor] {
    cell.initialState(batchSize: batchSize).tensors
  }

  static func unroll<Cell: RecurrentCell>(
    _ cell: Cell, _ inputs: Variable, lengths: [Int32]?, from parts: [Variable]?
  ) -> (outputs: Variable, parts: [Variable]) {
    let state = parts.map { Cell.State(parts: $0) }
    let result = cell.unroll(inputs, lengths: lengths, from: state)
    return (result.outputs, result.state.parts)
  }

  static func unroll<Cell: RecurrentCell>(
    _ cell: Cell, tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]?,
    from parts: [Variable]?
  ) -> (outputs: Variable, parts: [Variable]) {
    let state = parts.map { Cell.State(parts: $0) }
    let result = cell.unroll(
      tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: lengths, from: state)
    return (result.outputs, result.state.parts)
  }
}

public import RecurGradients
public import RecurTensors

/// Layers that read every sequence in both directions (Schuster and Paliwal, IEEE Transactions on
/// Signal Processing 45, 1997): each layer sees, at every step, what both directions of the layer
/// below made of it.
///
/// Parameters are named as PyTorch's: `weight_ih_l0`, …, `weight_ih_l0_reverse`, …, `weight_ih_l1`, ….
public struct Bidirectional: Module {
  /// One layer: two cells of the same widths.
  public struct Layer: Sendable {
    /// Reads from the first step to the last.
    public var forward: any RecurrentCell
    /// Reads from each row's last step to the first.
    public var backward: any RecurrentCell

    /// Makes a layer of two cells of the same widths.
    public init(forward: any RecurrentCell, backward: any RecurrentCell) {
      precondition(
        forward.inputSize == backward.inputSize && forward.hiddenSize == backward.hiddenSize,
        "two directions of (\(forward.inputSize), \(forward.hiddenSize)) and "
          + "(\(backward.inputSize), \(backward.hiddenSize))")
      self.forward = forward
      self.backward = backward
    }
  }

  /// The layers, from the inputs up.
  public var layers: [Layer]
  /// The probability of an output to be dropped between two layers, in training.
  public var dropout: Real

  /// Makes a stack of layers.
  ///
  /// - Parameters:
  ///   - layers: At least one; the inputs of each are twice as wide as the layer below has units.
  ///   - dropout: The probability of an output to be dropped between two layers, on a tape; 0 by
  ///     default.
  public init(layers: [Layer], dropout: Real = 0) {
    precondition(!layers.isEmpty, "a stack of no layers")
    for (below, above) in zip(layers, layers.dropFirst()) {
      precondition(
        2 * below.forward.hiddenSize == above.forward.inputSize,
        "a layer of \(above.forward.inputSize) inputs on one of \(2 * below.forward.hiddenSize)")
    }
    precondition((0..<1).contains(dropout), "dropout with probability \(dropout)")
    self.layers = layers
    self.dropout = dropout
  }

  /// D: the width of the inputs.
  public var inputSize: Int { layers.first?.forward.inputSize ?? 0 }
  /// 2H: the width of the outputs.
  public var outputSize: Int { 2 * (layers.last?.forward.hiddenSize ?? 0) }

  /// Visits the parameters of each layer under its number, first those of the forward direction.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    for index in layers.indices {
      try layers[index].forward.visitParameters { name, parameter in
        try visit("\(name)_l\(index)", &parameter)
      }
      try layers[index].backward.visitParameters { name, parameter in
        try visit("\(name)_l\(index)_reverse", &parameter)
      }
    }
  }

  /// All steps of a batch of whole sequences.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do. The
  ///     backward direction begins at each row's own last step.
  ///   - carry: The state in which each direction of each layer begins, in the order of the result;
  ///     nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, 2H), forward before backward, zero past the
  ///   length; and the state at the end of each direction, forward before backward in each layer.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]? = nil, from carry: Carry? = nil
  ) -> (outputs: Variable, carry: Carry) {
    let (outputs, states) = unroll(
      inputs, lengths: lengths, states: carry?.variables(on: inputs.tape))
    return (outputs, Carry(detaching: states))
  }

  /// All steps of a batch of whole sequences, with states on the tape: gradients flow in at the end
  /// and out at the start.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - states: The parts of the state in which each direction of each layer begins, forward before
  ///     backward in each layer; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, 2H), and the parts of the state at the end of
  ///   each direction.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]?, states: [[Variable]]?
  ) -> (outputs: Variable, states: [[Variable]]) {
    check(states?.count)
    let reversed = inputs.reversed(lengths: lengths)
    let bottom = layers[0]
    return above(
      RecurrentStack.unroll(bottom.forward, inputs, lengths: lengths, from: states?[0]),
      RecurrentStack.unroll(bottom.backward, reversed, lengths: lengths, from: states?[1]),
      lengths: lengths, states: states)
  }

  /// All steps of a batch of whole sequences whose inputs are rows of an embedding.
  ///
  /// - Parameters:
  ///   - tokens: The row of each input, (T, B).
  ///   - embedding: (V, D).
  ///   - batchSize: B.
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - carry: The state in which each direction of each layer begins; nil for the initial state.
  /// - Returns: The outputs of the last layer, (T, B, 2H), and the state at the end of each direction.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]? = nil,
    from carry: Carry? = nil
  ) -> (outputs: Variable, carry: Carry) {
    let states = carry?.variables(on: embedding.tape)
    check(states?.count)
    let steps = tokens.count / max(1, batchSize)
    var reversed = tokens
    for row in 0..<batchSize {
      let length = lengths.map { Int($0[row]) } ?? steps
      for step in 0..<length {
        reversed[step * batchSize + row] = tokens[(length - 1 - step) * batchSize + row]
      }
    }
    let bottom = layers[0]
    let (outputs, finals) = above(
      RecurrentStack.unroll(
        bottom.forward, tokens: tokens, embedding: embedding, batchSize: batchSize,
        lengths: lengths, from: states?[0]),
      RecurrentStack.unroll(
        bottom.backward, tokens: reversed, embedding: embedding, batchSize: batchSize,
        lengths: lengths, from: states?[1]),
      lengths: lengths, states: states)
    return (outputs, Carry(detaching: finals))
  }

  private typealias Direction = (outputs: Variable, parts: [Variable])

  /// The layers above the first, whose directions are given.
  private func above(
    _ forward: Direction, _ backward: Direction, lengths: [Int32]?, states: [[Variable]]?
  ) -> (outputs: Variable, states: [[Variable]]) {
    var (forward, backward) = (forward, backward)
    var finals = [forward.parts, backward.parts]
    var outputs = Self.sideBySide(forward, backward, lengths: lengths)
    for (index, layer) in layers.enumerated().dropFirst() {
      outputs = outputs.dropout(probability: dropout)
      forward = RecurrentStack.unroll(
        layer.forward, outputs, lengths: lengths, from: states?[2 * index])
      backward = RecurrentStack.unroll(
        layer.backward, outputs.reversed(lengths: lengths), lengths: lengths,
        from: states?[2 * index + 1])
      outputs = Self.sideBySide(forward, backward, lengths: lengths)
      finals += [forward.parts, backward.parts]
    }
    return (outputs, finals)
  }

  private static func sideBySide(
    _ forward: Direction, _ backward: Direction, lengths: [Int32]?
  ) -> Variable {
    .concatenated([forward.outputs, backward.outputs.reversed(lengths: lengths)])
  }

  private func check(_ count: Int?) {
    precondition(
      count == nil || count == 2 * layers.count,
      "the state of \(count ?? 0) directions for \(2 * layers.count)")
  }
}

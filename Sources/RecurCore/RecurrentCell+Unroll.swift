public import RecurGradients
import RecurTensors

extension RecurrentCell {
  /// All steps of a window: as one node where the kernels know the cell, else by looping `step`.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]?, from state: State?
  ) -> (outputs: Variable, state: State) {
    unrolledFused(inputs, lengths: lengths, from: state)
      ?? unrolledStepwise(inputs, lengths: lengths, from: state)
  }

  /// All steps of a window of tokens: with the input weights folded into the rows of the embedding
  /// that occur where the kernels know the cell, else by looking the rows up and unrolling over them.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]?, from state: State?
  ) -> (outputs: Variable, state: State) {
    precondition(
      batchSize >= 1 && !tokens.isEmpty && tokens.count % batchSize == 0,
      "\(tokens.count) tokens in \(batchSize) batch rows")
    if let fused = unrolledFused(
      tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: lengths, from: state)
    {
      return fused
    }
    let inputs = embedding.gatherRows(tokens)
      .reshaped([tokens.count / batchSize, batchSize] + embedding.shape.dropFirst())
    return unroll(inputs, lengths: lengths, from: state)
  }

  /// All steps as one node; nil where the kernels do not know the cell. `unrolledStepwise` is its
  /// definition.
  ///
  /// - Parameter weightDrop: The probability of an element of W_hh to be dropped in all steps.
  func unrolledFused(
    _ inputs: Variable, lengths: [Int32]?, from state: State?, weightDrop: Real = 0
  ) -> (outputs: Variable, state: State)? {
    guard let cell = self as? any FusibleCell else { return nil }
    let tape = Variable.commonTape(of: [inputs] + (state?.parts ?? []))
    let result = cell.recurrence(on: tape).droppingWeights(weightDrop)
      .unroll(.sequence(inputs), lengths: lengths, from: state?.parts)
    return (result.outputs, State(parts: result.state))
  }

  /// All steps of a window of tokens as one node; nil where the kernels do not know the cell.
  ///
  /// - Parameter weightDrop: The probability of an element of W_hh to be dropped in all steps.
  func unrolledFused(
    tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]?, from state: State?,
    weightDrop: Real = 0
  ) -> (outputs: Variable, state: State)? {
    guard let cell = self as? any FusibleCell else { return nil }
    let table = EmbeddedTokens(tokens, in: embedding)
    let tape = Variable.commonTape(of: [embedding] + (state?.parts ?? []))
    let result = cell.recurrence(on: tape).droppingWeights(weightDrop)
      .unroll(
        .tokens(table.numbers, embedding: table.rows, batchSize: batchSize), lengths: lengths,
        from: state?.parts)
    return (result.outputs, State(parts: result.state))
  }

  /// Loops `step`; the reference for every faster `unroll`.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do. Outputs
  ///     past the length are zero, and the state is the one after the last step that counts.
  ///   - state: The state before the first step; nil for the initial state.
  /// - Returns: The outputs, (T, B, H), and the state after each row's last step.
  public func unrolledStepwise(
    _ inputs: Variable, lengths: [Int32]? = nil, from state: State? = nil
  ) -> (outputs: Variable, state: State) {
    precondition(
      inputs.shape.count == 3 && inputs.shape[0] >= 1,
      "inputs of the shape \(inputs.shape) are not (T, B, D)")
    let (steps, batch) = (inputs.shape[0], inputs.shape[1])
    precondition(
      inputs.shape[2] == inputSize, "inputs \(inputs.shape) for a cell of \(inputSize) inputs")
    precondition(
      lengths == nil || lengths?.count == batch, "\(lengths ?? []) for \(batch) batch rows")
    precondition(
      lengths?.allSatisfy { $0 >= 1 && Int($0) <= steps } ?? true,
      "the lengths \(lengths ?? []) for \(steps) steps")
    var state = state ?? initialState(batchSize: batch)
    var outputs: [Variable] = []
    outputs.reserveCapacity(steps)
    let zeros = Variable(Tensor(zeros: [batch, hiddenSize]))
    for index in 0..<steps {
      let (output, next) = step(inputs[index], state)
      let isCounted = lengths?.map { index < Int($0) }
      if let isCounted, isCounted.contains(false) {
        outputs.append(output.selected(where: isCounted, otherwise: zeros))
        state = State(
          parts: zip(next.parts, state.parts).map { $0.selected(where: isCounted, otherwise: $1) })
      } else {
        outputs.append(output)
        state = next
      }
    }
    return (.stacked(outputs), state)
  }
}

// A requirement has no default arguments, and an extension that gave it some would hide a cell's
// own `unroll`; these pass on to it.
extension RecurrentCell {
  /// All steps of a window from the initial state: (T, B, D) gives (T, B, H).
  public func unroll(_ inputs: Variable) -> (outputs: Variable, state: State) {
    unroll(inputs, lengths: nil, from: nil)
  }

  /// All steps of a window from a state, nil for the initial one: (T, B, D) gives (T, B, H).
  public func unroll(
    _ inputs: Variable, from state: State?
  ) -> (outputs: Variable, state: State) {
    unroll(inputs, lengths: nil, from: state)
  }

  /// All steps of a padded batch from the initial state: (T, B, D) gives (T, B, H).
  public func unroll(
    _ inputs: Variable, lengths: [Int32]?
  ) -> (outputs: Variable, state: State) {
    unroll(inputs, lengths: lengths, from: nil)
  }

  /// All steps of a window of tokens, (T, B), from the initial state.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int
  ) -> (outputs: Variable, state: State) {
    unroll(tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: nil, from: nil)
  }

  /// All steps of a window of tokens, (T, B), from a state, nil for the initial one.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, from state: State?
  ) -> (outputs: Variable, state: State) {
    unroll(tokens: tokens, embedding: embedding, batchSize: batchSize, lengths: nil, from: state)
  }
}

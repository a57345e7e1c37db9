public import RecurGradients

extension RNNCell {
  /// All steps as one node; `unrolledStepwise` is its definition.
  public func unroll(
    _ inputs: Variable, lengths: [Int32]?, from state: HiddenState?
  ) -> (outputs: Variable, state: HiddenState) {
    unroll(.sequence(inputs), lengths: lengths, from: state, on: inputs.tape)
  }

  /// All steps as one node, with the input weights folded into the embedding.
  public func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, from state: HiddenState?
  ) -> (outputs: Variable, state: HiddenState) {
    unroll(
      .tokens(tokens, embedding: embedding, batchSize: batchSize), lengths: nil, from: state,
      on: embedding.tape)
  }

  private func unroll(
    _ inputs: FusedRecurrence.Inputs, lengths: [Int32]?, from state: HiddenState?, on tape: Tape?
  ) -> (outputs: Variable, state: HiddenState) {
    let result = recurrence(on: tape).unroll(inputs, lengths: lengths, from: state?.parts)
    return (result.outputs, HiddenState(parts: result.state))
  }

  func recurrence(on tape: Tape?) -> FusedRecurrence {
    FusedRecurrence(
      .elman(rectified: activation == .relu), weightIH: weightIH, weightHH: weightHH,
      biasIH: biasIH, biasHH: biasHH, on: tape)
  }
}

extension RNNCell: FusibleCell {}

import RecurGradients

/// A cell that the C kernels compute.
protocol FusibleCell: RecurrentCell {
  /// The cell's weights, on `tape` where there is one, with what the kernels need to know of it.
  func recurrence(on tape: Tape?) -> FusedRecurrence
}

extension RNNCell: FusibleCell {
  func recurrence(on tape: Tape?) -> FusedRecurrence {
    FusedRecurrence(
      .elman(rectified: activation == .relu), weightIH: weightIH, weightHH: weightHH,
      biasIH: biasIH, biasHH: biasHH, on: tape)
  }
}

extension LSTMCell: FusibleCell {
  func recurrence(on tape: Tape?) -> FusedRecurrence {
    FusedRecurrence(
      .lstm, weightIH: weightIH, weightHH: weightHH, biasIH: biasIH, biasHH: biasHH, on: tape)
  }
}

extension GRUCell: FusibleCell {
  func recurrence(on tape: Tape?) -> FusedRecurrence {
    FusedRecurrence(
      .gru, weightIH: weightIH, weightHH: weightHH, biasIH: biasIH, biasHH: biasHH, on: tape)
  }
}

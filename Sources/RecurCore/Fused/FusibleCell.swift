import RecurGradients

/// A cell that the C kernels compute.
protocol FusibleCell: RecurrentCell {
  /// The cell's weights, on `tape` where there is one, with what the kernels need to know of it.
  func recurrence(on tape: Tape?) -> FusedRecurrence
}

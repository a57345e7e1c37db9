public import RecurGradients

/// One layer of a recurrent network, defined by one step.
///
/// A cell is written by its equations alone: `step` computes from variables, and the tape finds the
/// derivatives. `unroll` runs the steps of a window; for the built-in cells it is one fused node that
/// computes the same.
///
/// Shapes are time-major: T steps, B batch rows, D inputs, H units.
public protocol RecurrentCell: Module {
  /// What a step hands to the next.
  associatedtype State: CellState

  /// D: the width of the inputs.
  var inputSize: Int { get }
  /// H: the width of the outputs.
  var hiddenSize: Int { get }

  /// The state before the first step, when none is given.
  func initialState(batchSize: Int) -> State

  /// One step.
  ///
  /// - Parameters:
  ///   - x: The inputs, (B, D).
  ///   - state: The state before the step.
  /// - Returns: The outputs, (B, H), and the state after the step.
  func step(_ x: Variable, _ state: State) -> (output: Variable, state: State)

  /// All steps of a window.
  ///
  /// - Parameters:
  ///   - inputs: (T, B, D).
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do. Outputs
  ///     past the length are zero, and the state is the one after the last step that counts.
  ///   - state: The state before the first step; nil for the initial state.
  /// - Returns: The outputs, (T, B, H), and the state after each row's last step.
  func unroll(
    _ inputs: Variable, lengths: [Int32]?, from state: State?
  ) -> (outputs: Variable, state: State)

  /// All steps of a window whose inputs are rows of an embedding.
  ///
  /// The default looks the rows up and unrolls over them. A cell whose first operation on the
  /// inputs is linear can fold it into the embedding instead.
  ///
  /// - Parameters:
  ///   - tokens: The row of each input, (T, B).
  ///   - embedding: (V, D).
  ///   - batchSize: B.
  ///   - lengths: The steps that count of each batch row, from 1 to T; nil where all do.
  ///   - state: The state before the first step; nil for the initial state.
  func unroll(
    tokens: [Int32], embedding: Variable, batchSize: Int, lengths: [Int32]?, from state: State?
  ) -> (outputs: Variable, state: State)
}

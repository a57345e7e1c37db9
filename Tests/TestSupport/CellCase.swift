public import RecurCore
public import RecurTensors

/// A cell that passes the contract: how it is made, and how many scalars it has.
public struct CellCase: Sendable, CustomStringConvertible {
  /// The name of the cell in the list of tests.
  public let description: String
  /// Makes the cell of D inputs and H units.
  public let make: @Sendable (Int, Int, inout SeededGenerator) -> any RecurrentCell
  /// The number of scalars by the formula for D inputs and H units.
  public let parameterCount: @Sendable (Int, Int) -> Int

  private static func gated(_ gates: Int) -> @Sendable (Int, Int) -> Int {
    { inputs, units in gates * units * (inputs + units + 2) }
  }

  /// The cells whose gradients central differences can check: single precision needs points so far
  /// apart that a rectified unit switches between them.
  public static let differentiable = all.filter {
    Real.self == Double.self || $0.description != "RNN relu"
  }

  /// Every cell of the library, and one that a user wrote.
  public static let all: [CellCase] = [
    CellCase(
      description: "RNN tanh",
      make: { RNNCell(inputSize: $0, hiddenSize: $1, using: &$2) }, parameterCount: gated(1)),
    CellCase(
      description: "RNN relu",
      make: { RNNCell(inputSize: $0, hiddenSize: $1, activation: .relu, using: &$2) },
      parameterCount: gated(1)),
    CellCase(
      description: "LSTM",
      make: { LSTMCell(inputSize: $0, hiddenSize: $1, using: &$2) }, parameterCount: gated(4)),
    CellCase(
      description: "GRU",
      make: { GRUCell(inputSize: $0, hiddenSize: $1, using: &$2) }, parameterCount: gated(3)),
    CellCase(
      description: "a user's cell",
      make: { MinimalCell(inputSize: $0, hiddenSize: $1, using: &$2) },
      parameterCount: { inputs, units in 2 * units * (inputs + 1) }),
  ]
}

/// The sizes of a problem: all different and at least 2, so that no two axes can be mistaken.
public struct CellSizes: Sendable, CustomStringConvertible {
  /// T.
  public let steps: Int
  /// B.
  public let batch: Int
  /// D.
  public let inputs: Int
  /// H.
  public let hidden: Int

  /// The sizes in a line.
  public var description: String { "T=\(steps) B=\(batch) D=\(inputs) H=\(hidden)" }

  /// Few enough to move every scalar.
  public static let small = CellSizes(steps: 4, batch: 3, inputs: 2, hidden: 5)

  /// Several segments, the last one short.
  public static let long = CellSizes(steps: 11, batch: 2, inputs: 3, hidden: 5)

  /// Units below a panel of 16, just above one, in whole panels, in several and a rest; rows in
  /// tiles of every height.
  public static let all = [
    small,
    CellSizes(steps: 3, batch: 7, inputs: 5, hidden: 21),
    CellSizes(steps: 5, batch: 13, inputs: 3, hidden: 32),
    CellSizes(steps: 2, batch: 50, inputs: 17, hidden: 83),
  ]
}

public import RecurTensors

/// A tensor on a tape, or on none.
///
/// Operations on variables compute at once; where an operand is on a tape they also record how a
/// gradient flows back. Not `Sendable`: a tape belongs to one task.
public struct Variable {
  /// The tensor.
  public let value: Tensor
  /// The tape that records what is computed from this variable; nil in inference.
  public let tape: Tape?
  /// Where the tape keeps the gradient; nil where none is wanted.
  package let slot: Int?

  /// Makes a variable on no tape.
  public init(_ value: Tensor) {
    self.init(value, tape: nil, slot: nil)
  }

  init(_ value: Tensor, tape: Tape?, slot: Int?) {
    self.value = value
    self.tape = tape
    self.slot = slot
  }

  /// The size of each dimension.
  public var shape: [Int] { value.shape }

  /// Where the gradient of this variable is kept, without the tensor: what a pullback captures that
  /// does not need the value, so that the memory of the value can go.
  package var operand: Operand { Operand(slot: slot) }

  /// Whether the tape takes a gradient for this variable.
  package var wantsGradient: Bool { slot != nil }

  /// The same tensor on no tape: nothing flows back through it.
  public var detached: Variable { Variable(value) }
}

@available(*, unavailable)
extension Variable: Sendable {}

package import RecurTensors

extension Variable {
  /// What an operation computed from `operands`: recorded where one of them wants a gradient, on
  /// their tape where there is one.
  ///
  /// - Parameters:
  ///   - value: What was computed.
  ///   - operands: What it was computed from.
  ///   - pullback: Adds to the gradients of the operands what flows back from the output's.
  package static func computed(
    _ value: Tensor, from operands: [Variable], pullback: @escaping (Tape.Pullback) -> Void
  ) -> Variable {
    guard let tape = commonTape(of: operands) else { return Variable(value) }
    guard operands.contains(where: { $0.slot != nil }) else { return tape.constant(value) }
    return tape.record(value, pullback: pullback)
  }

  /// The tape of the operands that are on one; nil where none is.
  package static func commonTape(of operands: [Variable]) -> Tape? {
    var tape: Tape?
    for operand in operands {
      guard let other = operand.tape else { continue }
      precondition(tape == nil || tape === other, "operands on two tapes")
      tape = other
    }
    return tape
  }
}

extension Tape.Pullback {
  /// Sets or adds `gradient(i)` at every element of an operand's gradient.
  @inline(__always)
  func addElements(
    to operand: Operand, count: Int, _ gradient: (Int) -> Real
  ) {
    accumulate(into: operand) { sum, adding in
      Elementwise.forEachPart(of: count) { part in
        if adding {
          for i in part { sum[i] += gradient(i) }
        } else {
          for i in part { sum[i] = gradient(i) }
        }
      }
    }
  }
}

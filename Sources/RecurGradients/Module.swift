public import RecurTensors

/// A value with trainable parameters.
///
/// `visitParameters` is the single enumeration behind gradient, optimizer, checkpoint, count and
/// summary: a parameter that it does not visit does not exist for any of them.
public protocol Module: Sendable {
  /// Calls `visit` once for each parameter with a name that is unique in the module, always in the
  /// same order.
  mutating func visitParameters(_ visit: (String, inout Parameter) throws -> Void) rethrows
}

extension Module {
  /// The parameters in visiting order.
  public var parameters: [(name: String, value: Tensor)] {
    var result: [(name: String, value: Tensor)] = []
    var copy = self
    copy.visitParameters { name, parameter in result.append((name, parameter.value)) }
    return result
  }

  /// The number of trainable scalars.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + $1.value.count }
  }

  /// The value of an objective at this module, and its gradient for every parameter.
  ///
  /// This is the only entry to training mode: `body` sees a tape, and what acts in training only,
  /// such as dropout, acts where there is a tape.
  ///
  /// - Parameters:
  ///   - seed: What dropout and other randomness on the tape is drawn from.
  ///   - isFrozen: Whether a parameter of a name is a constant: nothing is computed for its gradient.
  ///     By default none is.
  ///   - body: Computes the objective, a single scalar, from variables on the tape.
  /// - Returns: The objective and the gradients, by parameter.
  public func valueWithGradient(
    seed: UInt64 = 0, isFrozen: ((String) -> Bool)? = nil,
    _ body: (Self, Tape) throws -> Variable
  ) rethrows -> (value: Real, gradients: Gradients) {
    var frozen: Set<ObjectIdentifier> = []
    if let isFrozen {
      var copy = self
      copy.visitParameters { if isFrozen($0) { frozen.insert($1.key) } }
    }
    let tape = Tape(seed: seed, frozen: frozen)
    defer { tape.end() }
    let objective = try body(self, tape)
    return (objective.value.scalar, tape.gradients(of: objective))
  }
}

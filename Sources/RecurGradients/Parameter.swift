public import RecurTensors

/// A trainable tensor of a module.
///
/// Copies of a parameter keep its identity, so that a gradient taken for a copy of a model is found
/// for the model.
public struct Parameter: Sendable {
  /// The weights.
  public var value: Tensor

  private final class Identity: Sendable {}
  private let identity = Identity()

  /// Makes a parameter with an identity of its own.
  public init(_ value: Tensor) {
    self.value = value
  }

  /// What tells this parameter and its copies from all others alive.
  package var key: ObjectIdentifier { ObjectIdentifier(identity) }

  /// The parameter as a variable: on `tape` where there is one, so that its gradient is taken.
  public func variable(on tape: Tape?) -> Variable {
    tape?.variable(for: self) ?? Variable(value)
  }
}

public import RecurTensors

/// The gradients of one objective, by parameter and by watched variable.
public struct Gradients: Sendable {
  private var byParameter: [ObjectIdentifier: Tensor]
  private let bySlot: [Int: Tensor]

  init(byParameter: [ObjectIdentifier: Tensor], bySlot: [Int: Tensor]) {
    self.byParameter = byParameter
    self.bySlot = bySlot
  }

  /// The gradient for a parameter, in its shape; nil where the objective does not depend on it.
  public subscript(parameter: Parameter) -> Tensor? {
    get { byParameter[parameter.key] }
    set { byParameter[parameter.key] = newValue }
  }

  /// Adds the gradients of another objective, by parameter.
  public mutating func add(_ other: Gradients) {
    byParameter.merge(other.byParameter) { (Variable($0) + Variable($1)).value }
  }

  /// The gradient for a variable made by `Tape.watch`; nil where the objective does not depend on it.
  public subscript(variable: Variable) -> Tensor? {
    variable.slot.flatMap { bySlot[$0] }
  }
}

import RecurTensors

extension Variable {
  /// The sum of all elements, of shape `[]`; summed in double precision.
  public func sum() -> Variable {
    scaledSum(by: 1)
  }

  /// The mean of all elements, of shape `[]`; summed in double precision.
  public func mean() -> Variable {
    precondition(value.count > 0, "the mean of no elements")
    return scaledSum(by: 1 / Double(value.count))
  }

  private func scaledSum(by scale: Double) -> Variable {
    let total = value.withUnsafeBuffer { $0.reduce(into: 0.0) { $0 += Double($1) } }
    let (operand, count) = (operand, value.count)
    return .computed(Tensor(Real(total * scale)), from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      let part = gradient.scalar * Real(scale)
      pullback.addElements(to: operand, count: count) { _ in part }
    }
  }
}

import CKernels
import RecurTensors

extension Variable {
  /// The logistic function 1 / (1 + e⁻ˣ) of each element, at most 2.5 units of the last place from it.
  public func sigmoid() -> Variable {
    activated(Kernels.table.sigmoid) { y in y * (1 - y) }
  }

  /// The hyperbolic tangent of each element, at most 2.5 units of the last place from it.
  public func tanh() -> Variable {
    activated(Kernels.table.tanh) { y in 1 - y * y }
  }

  /// The exponential of each element.
  public func exp() -> Variable {
    activated(Kernels.table.exp) { y in y }
  }

  /// The greater of each element and zero; NaN stays NaN. The slope at zero is zero.
  public func relu() -> Variable {
    activated(
      { y, x, count in
        guard let x, let y else { return }
        for i in 0..<Int(count) { y[i] = x[i] < 0 ? 0 : x[i] }
      },
      slope: { y in y > 0 ? 1 : 0 })
  }

  /// The natural logarithm of each element.
  public func log() -> Variable {
    let x = value
    var result = Tensor(unwritten: shape)
    let y = result.mutablePointer
    Elementwise.forEachPart(of: x.count) { part in
      for i in part { y[i] = Real(logarithm(Double(x.pointer[i]))) }
    }
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      pullback.addElements(to: operand, count: x.count) { gradient.pointer[$0] / x.pointer[$0] }
    }
  }

  /// A function of each element whose slope is a function of its value.
  @inline(__always)
  private func activated(
    _ function: (UnsafeMutablePointer<Real>?, UnsafePointer<Real>?, Int64) -> Void,
    slope: @escaping (Real) -> Real
  ) -> Variable {
    var result = Tensor(unwritten: shape)
    let target = result.mutablePointer
    let source = value.pointer
    Elementwise.forEachPart(of: result.count) { part in
      function(target + part.lowerBound, source + part.lowerBound, Int64(part.count))
    }
    withExtendedLifetime(self) {}
    let operand = operand
    let y = result
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      pullback.addElements(to: operand, count: y.count) { i in
        gradient.pointer[i] * slope(y.pointer[i])
      }
    }
  }
}

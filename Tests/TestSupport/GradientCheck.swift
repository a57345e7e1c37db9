public import RecurGradients
public import RecurTensors

/// Compares gradients with central differences.
///
/// In double precision the two agree to about 1e-10, and 1e-7 is asked for. In single precision
/// rounding hides all but coarse mistakes.
public enum GradientCheck {
  /// The greatest error that a right gradient may have.
  public static let tolerance = Real.self == Double.self ? 1e-7 : 1e-2

  /// Half the distance of the two points of a difference.
  public static let step: Real = Real.self == Double.self ? 1e-5 : 4e-3

  /// The greatest error of the gradients of an objective at `tensors`, relative to the greatest of 1
  /// and the gradient's size.
  ///
  /// - Parameters:
  ///   - tensors: Where.
  ///   - most: How many scalars of each tensor are moved, evenly spread; all by default.
  ///   - objective: A scalar from as many variables; computed on a tape once, then on none.
  public static func greatestError(
    at tensors: [Tensor], checking most: Int = .max, _ objective: ([Variable]) -> Variable
  ) -> Double {
    let tape = Tape()
    let variables = tensors.map { tape.watch($0) }
    let gradients = tape.gradients(of: objective(variables))
    var error = 0.0
    for (position, tensor) in tensors.enumerated() {
      let gradient = gradients[variables[position]] ?? Tensor(zeros: tensor.shape)
      let found = greatestError(of: gradient, at: tensor, checking: most) { moved in
        var all = tensors
        all[position] = moved
        return Double(objective(all.map { Variable($0) }).value.scalar)
      }
      error = max(error, found)
    }
    return error
  }

  /// The greatest error of one gradient of a function of one tensor.
  public static func greatestError(
    of gradient: Tensor, at tensor: Tensor, checking most: Int = .max,
    _ function: (Tensor) -> Double
  ) -> Double {
    guard gradient.shape == tensor.shape else { return .infinity }
    let scalars = tensor.scalars
    let stride = max(1, scalars.count / max(1, min(most, scalars.count)))
    var error = 0.0
    for (index, found) in gradient.scalars.enumerated() where index % stride == 0 {
      guard found.isFinite else { return .infinity }
      var above = scalars
      var below = scalars
      above[index] += step
      below[index] -= step
      let difference =
        function(Tensor(above, shape: tensor.shape)) - function(Tensor(below, shape: tensor.shape))
      let expected = difference / Double(above[index] - below[index])
      error = max(error, (Double(found) - expected).magnitude / max(1, expected.magnitude))
    }
    return error
  }
}

public import RecurTensors

extension Tensor {
  /// Standard normal numbers, the same for the same seed.
  public static func normal(_ shape: [Int], seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return generator.normal(shape: shape)
  }

  /// The greatest difference to another tensor of the same shape, relative to the greatest of 1 and
  /// the other's scalars; infinite where one of them is not a number or the shapes differ.
  public func difference(to other: Tensor) -> Double {
    guard shape == other.shape else { return .infinity }
    var scale = 1.0
    var most = 0.0
    for (a, b) in zip(scalars, other.scalars) {
      guard a.isFinite, b.isFinite else { return .infinity }
      scale = max(scale, Double(b.magnitude))
      most = max(most, (Double(a) - Double(b)).magnitude)
    }
    return most / scale
  }
}

/// What two ways of computing the same may differ by, relative to the size of the result: some
/// roundings of a sum.
public let roundingTolerance = Real.self == Double.self ? 1e-12 : 1e-5

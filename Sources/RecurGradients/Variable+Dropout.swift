import CKernels
public import RecurTensors

extension Variable {
  /// Sets a random part of the elements to zero and divides the others by the probability to stay;
  /// acts only on a tape, that is in training.
  ///
  /// Which elements are dropped follows from the seed of the tape and from what was drawn before.
  ///
  /// - Parameter probability: The probability of each element to be dropped, from 0 up to, not
  ///   including, 1.
  public func dropout(probability: Real) -> Variable {
    precondition((0..<1).contains(probability), "dropout with probability \(probability)")
    guard let tape, probability > 0 else { return self }
    let key = tape.nextRandomKey()
    var result = Tensor(unwritten: shape)
    Self.drop(value.pointer, into: &result, probability: probability, key: key)
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard var gradient = pullback.takeGradient() else { return }
      let source = UnsafePointer(gradient.mutablePointer)
      Self.drop(source, into: &gradient, probability: probability, key: key)
      pullback.add(gradient, to: operand)
    }
  }

  private static func drop(
    _ source: UnsafePointer<Real>, into tensor: inout Tensor, probability: Real, key: UInt64
  ) {
    let target = tensor.mutablePointer
    Elementwise.forEachPart(of: tensor.count) { part in
      Kernels.table.dropout(
        target + part.lowerBound, source + part.lowerBound, Int64(part.count), probability, key,
        Int64(part.lowerBound))
    }
  }
}

import CKernels
public import RecurGradients
public import RecurTensors

/// A pooling with its parameter, where it has one.
public struct SequencePooling: Module {
  /// Which one.
  public let pooling: Pooling
  /// W: the width of the outputs that are pooled.
  public let width: Int
  /// How many columns of the outputs belong to a forward direction.
  public let forwardWidth: Int
  /// The vector v of an attention, (W); nil for other poolings.
  public var weight: Parameter?

  /// Makes a pooling; an attention's vector is drawn from U(-1/√W, 1/√W).
  ///
  /// - Parameters:
  ///   - width: W.
  ///   - forwardWidth: How many columns of the outputs belong to a forward direction: of the others
  ///     the last step is the first. All by default.
  public init(
    _ pooling: Pooling, width: Int, forwardWidth: Int? = nil,
    using generator: inout SeededGenerator
  ) {
    precondition(
      width >= 1 && (0...width).contains(forwardWidth ?? width),
      "a pooling of \(width) columns, \(forwardWidth ?? width) of them forward")
    self.pooling = pooling
    self.width = width
    self.forwardWidth = forwardWidth ?? width
    if pooling == .attention {
      let bound = 1 / Double(width).squareRoot()
      weight = Parameter(generator.uniform(in: -bound...bound, shape: [width]))
    }
  }

  private init(_ pooling: Pooling, width: Int, forwardWidth: Int, weight: Parameter?) {
    self.pooling = pooling
    self.width = width
    self.forwardWidth = forwardWidth
    self.weight = weight
  }

  /// The same pooling with its parameter, which has been replaced by one of another width.
  package func resized(width: Int, forwardWidth: Int) -> SequencePooling {
    precondition(
      weight.map { $0.value.shape == [width] } ?? true,
      "an attention \(weight?.value.shape ?? []) for outputs of \(width)")
    return SequencePooling(pooling, width: width, forwardWidth: forwardWidth, weight: weight)
  }

  /// P: the width of the result.
  public var outputSize: Int { pooling.width(ofOutputs: width) }

  /// Visits `weight`, where there is one.
  public mutating func visitParameters(
    _ visit: (String, inout Parameter) throws -> Void
  ) rethrows {
    if var own = weight {
      weight = nil
      defer { weight = own }
      try visit("weight", &own)
    }
  }

  /// The state of this pooling before any step, for B rows.
  public func start(rows: Int) -> PooledSteps {
    PooledSteps(pooling, width: width, forwardWidth: forwardWidth, rows: rows)
  }

  /// Pools the steps of each row.
  ///
  /// - Parameters:
  ///   - outputs: (T, B, W).
  ///   - lengths: The steps that count of each row, from 0 to T; nil where all do.
  ///   - before: What was read before these steps; no gradient flows to it. Nil where they are the
  ///     first.
  /// - Returns: (B, P).
  public func callAsFunction(
    _ outputs: Variable, lengths: [Int32]?, after before: PooledSteps? = nil
  ) -> Variable {
    callAsFunction(
      outputs, lengths: lengths, after: before, weight: weight?.variable(on: outputs.tape))
  }

  /// As above, with an attention's vector as a variable, for other sources of it than the parameter.
  package func callAsFunction(
    _ outputs: Variable, lengths: [Int32]?, after before: PooledSteps?, weight vector: Variable?
  ) -> Variable {
    let batch = outputs.shape.count == 3 ? outputs.shape[1] : 0
    let before = before ?? start(rows: batch)
    precondition(
      before.pooling == pooling && before.width == width && before.forwardWidth == forwardWidth,
      "steps pooled by \(before.pooling) for \(pooling)")
    var pooled = before
    pooled.append(outputs.value, lengths: lengths, attention: vector?.value)
    let (operand, attention) = (outputs.operand, vector?.operand)
    let (value, v) = (outputs.value, vector?.value)
    let isMovable = pooling == .attention || pooling == .max || pooling == .concat
    let kept = isMovable ? value : nil
    let shape = value.shape
    return .computed(pooled.features(), from: [outputs] + (vector.map { [$0] } ?? [])) {
      [pooled] pullback in
      guard let gradient = pullback.gradient() else { return }
      let back = PooledGradient(
        before: before, pooled: pooled, gradient: gradient, steps: shape[0],
        lengths: lengths ?? Array(repeating: Int32(shape[0]), count: batch))
      if let v, let kept, let attention {
        back.addAttention(of: kept, vector: v, to: operand, attention, pullback)
      } else {
        back.add(outputs: kept, to: operand, pullback)
      }
    }
  }
}

public import RecurCore
import RecurGradients
public import RecurTensors

/// What every cell must hold to, whatever computes it. The methods return numbers; the tests say what
/// they may be.
public struct CellContract: Sendable {
  /// How a window is computed.
  public enum Path: Sendable {
    /// By `unroll`: fused, where the cell is.
    case unroll
    /// By looping `step`.
    case stepwise
    /// By `unroll(tokens:)`.
    case tokens
    /// By looking the tokens up, then `unroll`.
    case embedded
  }

  /// Everything that comes out of a window.
  public struct Evaluation: Sendable {
    /// (T, B, H).
    public var outputs: Tensor
    /// The parts of the final state, each (B, H).
    public var state: [Tensor]
    /// The sum of outputs and final state under weights that are all different.
    public var objective: Real
    /// The gradient of the objective by name: the parameters, `inputs` or `embedding`, `initial.0`, ….
    public var gradients: [String: Tensor]

    /// The greatest relative difference to another evaluation, and where it is.
    public func difference(to other: Evaluation) -> (value: Double, name: String) {
      var all = [(outputs.difference(to: other.outputs), "outputs")]
      for (index, pair) in zip(state, other.state).enumerated() {
        all.append((pair.0.difference(to: pair.1), "state.\(index)"))
      }
      for name in Set(gradients.keys).union(other.gradients.keys) {
        guard let a = gradients[name], let b = other.gradients[name] else {
          return (.infinity, name)
        }
        all.append((a.difference(to: b), "gradient of \(name)"))
      }
      return all.max { $0.0 < $1.0 } ?? (.infinity, "nothing")
    }
  }

  /// The cell.
  public var cell: any RecurrentCell
  /// T, B, D, H.
  public let sizes: CellSizes
  /// (T, B, D).
  public var inputs: Tensor
  /// The parts of the initial state, each (B, H).
  public var initial: [Tensor]
  /// Lengths that differ: one row counts whole, one for a single step.
  public var lengths: [Int32]
  /// (T, B), some of them the same.
  public var tokens: [Int32]
  /// (V, D).
  public var embedding: Tensor
  /// What each output counts in the objective, (T, B, H).
  public var outputWeights: Tensor
  /// What each scalar of the final state counts in the objective, each (B, H).
  public var stateWeights: [Tensor]

  /// Makes a problem for a cell; the same one each time.
  public init(_ cell: CellCase, _ sizes: CellSizes) {
    var generator = SeededGenerator(seed: 7)
    let made = cell.make(sizes.inputs, sizes.hidden, &generator)
    let partCount = Self.partCount(of: made)
    let (steps, batch) = (sizes.steps, sizes.batch)
    let stateShape = [batch, sizes.hidden]
    let vocabulary = 6
    self.cell = made
    self.sizes = sizes
    inputs = generator.normal(shape: [steps, batch, sizes.inputs])
    initial = (0..<partCount).map { _ in generator.normal(shape: stateShape) }
    lengths = (0..<batch).map { Int32(1 + ($0 * (steps - 1) + 1) % steps) }
    lengths[0] = Int32(steps)
    lengths[batch - 1] = 1
    tokens = (0..<steps * batch).map { _ in Int32(generator.next() % UInt64(vocabulary)) }
    embedding = generator.normal(shape: [vocabulary, sizes.inputs])
    outputWeights = generator.normal(shape: [steps, batch, sizes.hidden])
    stateWeights = (0..<partCount).map { _ in generator.normal(shape: stateShape) }
  }

  /// Computes the window and every gradient.
  ///
  /// - Parameters:
  ///   - path: How.
  ///   - padded: Whether the rows have lengths.
  ///   - startsGiven: Whether the window starts from `initial`, or from no state.
  public func evaluation(
    _ path: Path, padded: Bool = false, startsGiven: Bool = true
  ) -> Evaluation {
    evaluation(of: cell, path, padded: padded, startsGiven: startsGiven)
  }

  /// The greatest error of the gradients of `unroll` against central differences, and where it is.
  ///
  /// - Parameter most: How many scalars of each tensor are moved.
  public func gradientError(
    _ path: Path = .unroll, padded: Bool, checking most: Int = .max
  ) -> (value: Double, name: String) {
    let gradients = evaluation(path, padded: padded).gradients
    func check(
      _ name: String, at tensor: Tensor, _ move: (Tensor) -> (CellContract, any RecurrentCell)
    ) -> (value: Double, name: String) {
      let gradient = gradients[name] ?? Tensor(zeros: tensor.shape)
      let error = GradientCheck.greatestError(of: gradient, at: tensor, checking: most) { moved in
        let (problem, cell) = move(moved)
        return problem.objective(of: cell, path, padded: padded)
      }
      return (error, name)
    }
    var errors: [(value: Double, name: String)] = []
    for (name, value) in cell.parameters {
      errors.append(
        check(name, at: value) { moved in (self, Self.replacing(name, by: moved, in: cell)) })
    }
    func moved(_ change: (inout CellContract) -> Void) -> (CellContract, any RecurrentCell) {
      var copy = self
      change(&copy)
      return (copy, cell)
    }
    if path == .tokens || path == .embedded {
      errors.append(check("embedding", at: embedding) { new in moved { $0.embedding = new } })
    } else {
      errors.append(check("inputs", at: inputs) { new in moved { $0.inputs = new } })
    }
    for index in initial.indices {
      errors.append(
        check("initial.\(index)", at: initial[index]) { new in moved { $0.initial[index] = new } })
    }
    return errors.max { $0.value < $1.value } ?? (.infinity, "nothing")
  }

  /// The outputs and the parts of the final state, on no tape.
  public func inference(padded: Bool) -> (outputs: Tensor, state: [Tensor]) {
    let (outputs, state) = run(
      cell, .unroll, padded: padded, source: Variable(inputs),
      initial: initial.map { Variable($0) })
    return (outputs.value, state.map(\.value))
  }

  // MARK: A cell of an unknown type

  private static func partCount(of cell: some RecurrentCell) -> Int {
    cell.initialState(batchSize: 1).parts.count
  }

  private static func replacing(
    _ name: String, by value: Tensor, in cell: some RecurrentCell
  ) -> any RecurrentCell {
    var copy = cell
    copy.visitParameters { if $0 == name { $1.value = value } }
    return copy
  }

  private func run<Cell: RecurrentCell>(
    _ cell: Cell, _ path: Path, padded: Bool, source: Variable, initial: [Variable]?
  ) -> (outputs: Variable, state: [Variable]) {
    let state = initial.map { Cell.State(parts: $0) }
    let lengths = padded ? lengths : nil
    let result =
      switch path {
      case .unroll: cell.unroll(source, lengths: lengths, from: state)
      case .stepwise: cell.unrolledStepwise(source, lengths: lengths, from: state)
      case .tokens:
        cell.unroll(tokens: tokens, embedding: source, batchSize: sizes.batch, from: state)
      case .embedded:
        cell.unroll(
          source.gatherRows(tokens).reshaped([sizes.steps, sizes.batch, sizes.inputs]),
          lengths: lengths, from: state)
      }
    return (result.outputs, result.state.parts)
  }

  private func objective(_ outputs: Variable, _ state: [Variable]) -> Variable {
    zip(state, stateWeights).reduce((outputs * Variable(outputWeights)).sum()) { sum, pair in
      sum + (pair.0 * Variable(pair.1)).sum()
    }
  }

  private func source(_ path: Path) -> (name: String, value: Tensor) {
    path == .tokens || path == .embedded ? ("embedding", embedding) : ("inputs", inputs)
  }

  private func objective(of cell: some RecurrentCell, _ path: Path, padded: Bool) -> Double {
    let (outputs, state) = run(
      cell, path, padded: padded, source: Variable(source(path).value),
      initial: initial.map { Variable($0) })
    // In double precision whatever Real is, so that the difference of two objectives means something.
    func weighted(_ values: Tensor, _ weights: Tensor) -> Double {
      zip(values.scalars, weights.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return zip(state, stateWeights).reduce(weighted(outputs.value, outputWeights)) {
      $0 + weighted($1.0.value, $1.1)
    }
  }

  private func evaluation(
    of cell: some RecurrentCell, _ path: Path, padded: Bool, startsGiven: Bool
  ) -> Evaluation {
    let tape = Tape()
    let (name, value) = source(path)
    let source = tape.watch(value)
    let initial = startsGiven ? self.initial.map { tape.watch($0) } : nil
    let (outputs, state) = run(cell, path, padded: padded, source: source, initial: initial)
    let objective = objective(outputs, state)
    let gradients = tape.gradients(of: objective)
    var named: [String: Tensor] = [:]
    named[name] = gradients[source]
    for (index, part) in (initial ?? []).enumerated() {
      named["initial.\(index)"] = gradients[part]
    }
    var copy = cell
    copy.visitParameters { named[$0] = gradients[$1] }
    return Evaluation(
      outputs: outputs.value, state: state.map(\.value), objective: objective.value.scalar,
      gradients: named)
  }
}

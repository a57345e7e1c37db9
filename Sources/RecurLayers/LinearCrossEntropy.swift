import CKernels
public import RecurGradients
import RecurTensors

/// How badly the affine map x · Wᵀ + b predicts targets: what `softmaxCrossEntropy` says of its logits,
/// without all of them in memory.
///
/// The logits of a block of rows are turned into losses and gradients and these into their parts of
/// the gradients of x, W and b at once; then the next block takes the memory. That is exact, and of a
/// large vocabulary a small part of the memory.
///
/// - Parameters:
///   - x: (…, K), N rows in all, at least one.
///   - weight: W, (V, K).
///   - bias: b, (V); nil for none.
///   - targets: N numbers from 0 up to V - 1; a negative one does not count.
/// - Returns: The mean over the targets that count, of shape `[]` and 0 where there are none; the sum
///   over them, in double precision; and how many there are.
public func linearCrossEntropy(
  _ x: Variable, weight: Variable, bias: Variable? = nil, targets: [Int32]
) -> (mean: Variable, total: Double, count: Int) {
  precondition(
    weight.shape.count == 2 && x.shape.last == weight.shape[1]
      && (bias == nil || bias?.shape == [weight.shape[0]]) && !targets.isEmpty,
    "\(targets.count) targets of an affine map \(weight.shape), \(bias?.shape ?? []) of \(x.shape)")
  check(targets, forLogitsOf: x.shape.dropLast() + [weight.shape[0]])
  let count = targets.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) }
  var pass = LinearCrossEntropy(x, weight, bias)
  let losses = pass.run(targets, scale: count == 0 ? 0 : 1 / Real(count))
  let total = losses.reduce(0, +)
  let mean = Tensor(count == 0 ? 0 : Real(total / Double(count)))
  let gradients = pass.gradients
  let variable = Variable.computed(
    mean, from: [x, weight] + (bias.map { [$0] } ?? [])
  ) { pullback in
    guard let factor = pullback.gradient()?.scalar else { return }
    for (operand, gradient) in gradients {
      pullback.add(gradient, times: factor, to: operand)
    }
  }
  return (variable, total, count)
}

/// The one pass over all rows.
private struct LinearCrossEntropy {
  private let x: Variable
  private let weight: Variable
  private let bias: Variable?
  private var inputGradient: Tensor?  // as x
  private var weightGradient: Tensor?  // (V, K)
  private var biasGradient: Tensor?  // (V)

  init(_ x: Variable, _ weight: Variable, _ bias: Variable?) {
    self.x = x
    self.weight = weight
    self.bias = bias
    func gradient(of variable: Variable) -> Tensor? {
      variable.wantsGradient ? Tensor(unwritten: variable.shape) : nil
    }
    inputGradient = gradient(of: x)
    weightGradient = gradient(of: weight)
    biasGradient = bias.flatMap(gradient)
  }

  /// What is to be added to the gradients of the operands.
  var gradients: [(Operand, Tensor)] {
    [(x.operand, inputGradient), (weight.operand, weightGradient)].compactMap { operand, gradient in
      gradient.map { (operand, $0) }
    } + (bias.flatMap { bias in biasGradient.map { [(bias.operand, $0)] } } ?? [])
  }

  /// Computes the losses, in nats, and `scale` times the gradients of their sum.
  mutating func run(_ targets: [Int32], scale: Real) -> [Double] {
    let (columns, inner) = (weight.shape[0], weight.shape[1])
    let height = min(LogitBlock.rows(columns: columns), targets.count)
    let weights = MatrixView(weight.value.pointer, rows: columns, columns: inner)
    // Rows are rounded up, so that calls with nearly as many, as clusters have, share their memory.
    let least = 1 << (Int.bitWidth - (height - 1).leadingZeroBitCount)
    let room = min(least, LogitBlock.rows(columns: columns))
    var block = Tensor(unwritten: [room, columns])
    let logits = block.mutablePointer
    var losses = [Double](repeating: 0, count: targets.count)
    for first in stride(from: 0, to: targets.count, by: height) {
      let rows = min(height, targets.count - first)
      let inputs = MatrixView(x.value.pointer + first * inner, rows: rows, columns: inner)
      if let bias = bias?.value {
        Elementwise.forEachPart(ofRows: rows, width: columns) { part in
          for row in part {
            (logits + row * columns).update(from: bias.pointer, count: columns)
          }
        }
      }
      MatrixProduct.compute(inputs, weights.transposed, into: logits, accumulate: bias != nil)
      targets.withUnsafeBufferPointer { targets in
        losses.withUnsafeMutableBufferPointer { losses in
          replaceByGradients(
            logits, columns: columns,
            targets: UnsafeBufferPointer(rebasing: targets[first..<first + rows]),
            losses: UnsafeMutableBufferPointer(rebasing: losses[first..<first + rows]),
            scale: scale)
        }
      }
      addGradients(
        of: MatrixView(logits, rows: rows, columns: columns), inputs: inputs, weights: weights,
        first: first)
    }
    withExtendedLifetime(block) {}
    return losses
  }

  private mutating func addGradients(
    of logits: MatrixView, inputs: MatrixView, weights: MatrixView, first: Int
  ) {
    let columns = logits.columns
    if let target = inputGradient?.mutablePointer {
      MatrixProduct.compute(logits, weights, into: target + first * weights.columns)
    }
    if let target = weightGradient?.mutablePointer {
      MatrixProduct.compute(logits.transposed, inputs, into: target, accumulate: first > 0)
    }
    if let target = biasGradient?.mutablePointer {
      Elementwise.forEachPart(ofColumns: columns, height: logits.rows) { part in
        let sums = target + part.lowerBound
        if first == 0 { sums.update(repeating: 0, count: part.count) }
        Kernels.table.add_column_sums(
          sums, logits.pointer + part.lowerBound, false, Int64(logits.rows), Int64(part.count),
          Int64(columns))
      }
    }
  }
}

import CKernels
public import RecurGradients
public import RecurTensors

/// How badly logits predict targets: the negative logarithm of the softmax at the target, in nats.
///
/// One pass computes the losses and turns the logits into their gradient, in their own memory where
/// nothing else refers to it.
///
/// - Parameters:
///   - logits: (…, V), N rows in all.
///   - targets: N numbers from 0 up to V - 1; a negative one does not count.
///   - weights: How much each target counts, (N), from 0 on; nil where all count the same.
/// - Returns: The mean over the targets that count, weighted, of shape `[]` and 0 where there are none;
///   the weighted sum over them, in double precision; and how many there are.
public func softmaxCrossEntropy(
  _ logits: consuming Variable, targets: [Int32], weights: [Real]? = nil
) -> (mean: Variable, total: Double, count: Int) {
  let shape = logits.shape
  check(targets, forLogitsOf: shape)
  precondition(
    weights.map { $0.count == targets.count } ?? true,
    "\(weights?.count ?? 0) weights for \(targets.count) targets")
  let count = targets.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) }
  let share =
    weights.map { zip(targets, $0).reduce(0.0) { $0 + ($1.0 >= 0 ? Double($1.1) : 0) } }
    ?? Double(count)
  let (tape, operand) = (logits.tape, logits.operand)
  let wantsGradient = logits.wantsGradient
  var scores = logits.value
  _ = consume logits
  var losses = replaceByGradients(
    &scores, targets: targets, scale: share == 0 ? 0 : Real(1 / share))
  if let weights {
    for (row, weight) in weights.enumerated() { losses[row] *= Double(weight) }
    scaleRows(of: &scores, by: weights)
  }
  let total = losses.reduce(0, +)
  let mean = Tensor(share == 0 ? 0 : Real(total / share))
  guard let tape else { return (Variable(mean), total, count) }
  guard wantsGradient else { return (tape.constant(mean), total, count) }
  let gradients = scores
  let variable = tape.record(mean) { pullback in
    guard let factor = pullback.gradient()?.scalar else { return }
    if factor == 1 {
      pullback.add(gradients, to: operand)
    } else {
      pullback.accumulate(into: operand) { sum, adding in
        Elementwise.forEachPart(of: gradients.count) { part in
          let (target, source) = (sum + part.lowerBound, gradients.pointer + part.lowerBound)
          if adding {
            Kernels.table.add_scaled(target, factor, source, Int64(part.count))
          } else {
            Kernels.table.scale(target, factor, source, Int64(part.count))
          }
        }
      }
    }
  }
  return (variable, total, count)
}

/// The loss of each row, in nats: the negative logarithm of the softmax of its logits at its target.
///
/// - Parameters:
///   - logits: (…, V), N rows in all.
///   - targets: N numbers from 0 up to V - 1; the loss of a negative one is 0.
public func crossEntropyLosses(_ logits: consuming Tensor, targets: [Int32]) -> [Double] {
  check(targets, forLogitsOf: logits.shape)
  return replaceByGradients(&logits, targets: targets, scale: 1)
}

private func scaleRows(of tensor: inout Tensor, by factors: [Real]) {
  let width = tensor.count / max(1, factors.count)
  let target = tensor.mutablePointer
  for (row, factor) in factors.enumerated() {
    Kernels.table.scale(target + row * width, factor, target + row * width, Int64(width))
  }
}

private func check(_ targets: [Int32], forLogitsOf shape: [Int]) {
  precondition(
    !shape.isEmpty && shape.dropLast().reduce(1, *) == targets.count,
    "\(targets.count) targets for logits of the shape \(shape)")
  let columns = shape[shape.count - 1]
  precondition(
    targets.allSatisfy { Int($0) < columns }, "a target outside logits of the shape \(shape)")
}

private func replaceByGradients(
  _ logits: inout Tensor, targets: [Int32], scale: Real
) -> [Double] {
  let columns = logits.shape[logits.shape.count - 1]
  let scores = logits.mutablePointer
  return [Double](unsafeUninitializedCapacity: targets.count) { losses, initializedCount in
    guard let target = losses.baseAddress else { return }
    targets.withUnsafeBufferPointer { targets in
      guard let wanted = targets.baseAddress else { return }
      Elementwise.forEachPart(ofRows: targets.count, width: columns) { part in
        let first = part.lowerBound
        Kernels.table.softmax_cross_entropy(
          scores + first * columns, wanted + first, target + first, Int64(part.count),
          Int64(columns), scale)
      }
    }
    initializedCount = targets.count
  }
}

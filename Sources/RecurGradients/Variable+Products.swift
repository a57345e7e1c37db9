import CKernels
import RecurTensors

extension Variable {
  /// The matrix product: (…, K) times (K, N) gives (…, N).
  public func matmul(_ right: Variable) -> Variable {
    precondition(
      shape.count >= 1 && right.shape.count == 2 && shape.last == right.shape[0],
      "a matrix product of \(shape) and \(right.shape)")
    let (inner, columns) = (right.shape[0], right.shape[1])
    let rows = shape.dropLast().reduce(1, *)
    var result = Tensor(unwritten: shape.dropLast() + [columns])
    let (a, b) = (value, right.value)
    MatrixProduct.compute(
      MatrixView(a.pointer, rows: rows, columns: inner),
      MatrixView(b.pointer, rows: inner, columns: columns), into: result.mutablePointer)
    let (leftOperand, rightOperand) = (operand, right.operand)
    return .computed(result, from: [self, right]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      let g = MatrixView(gradient.pointer, rows: rows, columns: columns)
      pullback.accumulate(into: leftOperand) { sum, adding in
        MatrixProduct.compute(
          g, MatrixView(b.pointer, rows: inner, columns: columns).transposed,
          into: sum, accumulate: adding)
      }
      pullback.accumulate(into: rightOperand) { sum, adding in
        MatrixProduct.compute(
          MatrixView(a.pointer, rows: rows, columns: inner).transposed, g,
          into: sum, accumulate: adding)
      }
      withExtendedLifetime((gradient, a, b)) {}
    }
  }

  /// An affine map: x · Wᵀ + b.
  ///
  /// - Parameters:
  ///   - weight: W, (N, K), for x of shape (…, K).
  ///   - bias: b, (N); nil for none.
  /// - Returns: (…, N).
  public func linear(weight: Variable, bias: Variable? = nil) -> Variable {
    precondition(
      shape.count >= 1 && weight.shape.count == 2 && shape.last == weight.shape[1],
      "an affine map \(weight.shape) of \(shape)")
    precondition(
      bias == nil || bias?.shape == [weight.shape[0]],
      "a bias \(bias?.shape ?? []) for the weight \(weight.shape)")
    let (columns, inner) = (weight.shape[0], weight.shape[1])
    let rows = shape.dropLast().reduce(1, *)
    let (x, w) = (value, weight.value)
    var result = Tensor(unwritten: shape.dropLast() + [columns])
    let y = result.mutablePointer
    if let b = bias?.value {
      Elementwise.forEachPart(ofRows: rows, width: columns) { part in
        for row in part { (y + row * columns).update(from: b.pointer, count: columns) }
      }
    }
    MatrixProduct.compute(
      MatrixView(x.pointer, rows: rows, columns: inner),
      MatrixView(w.pointer, rows: columns, columns: inner).transposed,
      into: y, accumulate: bias != nil)
    let (operand, weightOperand, biasOperand) = (operand, weight.operand, bias?.operand)
    return .computed(result, from: [self, weight] + (bias.map { [$0] } ?? [])) { pullback in
      guard let gradient = pullback.gradient() else { return }
      let g = MatrixView(gradient.pointer, rows: rows, columns: columns)
      pullback.accumulate(into: operand) { sum, adding in
        MatrixProduct.compute(
          g, MatrixView(w.pointer, rows: columns, columns: inner), into: sum, accumulate: adding)
      }
      pullback.accumulate(into: weightOperand) { sum, adding in
        MatrixProduct.compute(
          g.transposed, MatrixView(x.pointer, rows: rows, columns: inner),
          into: sum, accumulate: adding)
      }
      if let biasOperand {
        pullback.accumulate(into: biasOperand) { sums, adding in
          Elementwise.forEachPart(ofColumns: columns, height: rows) { part in
            let first = part.lowerBound
            if !adding { (sums + first).update(repeating: 0, count: part.count) }
            Kernels.table.add_column_sums(
              sums + first, g.pointer + first, false, Int64(rows), Int64(part.count),
              Int64(columns))
          }
        }
      }
      withExtendedLifetime((gradient, x, w)) {}
    }
  }
}

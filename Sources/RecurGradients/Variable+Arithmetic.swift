import CKernels
public import RecurTensors

// The right operand may leave out leading dimensions of the left one: it is then the same for all of
// them, as a bias is for all rows. With `rows` and `width` as below, left is (rows, width), right
// is (width).

extension Variable {
  /// The sum. `right` has the shape of `left`, or that of its last dimensions.
  public static func + (left: Variable, right: Variable) -> Variable {
    sum(left, right, sign: 1)
  }

  /// The difference. `right` has the shape of `left`, or that of its last dimensions.
  public static func - (left: Variable, right: Variable) -> Variable {
    sum(left, right, sign: -1)
  }

  /// The product, element by element. `right` has the shape of `left`, or that of its last
  /// dimensions.
  public static func * (left: Variable, right: Variable) -> Variable {
    let (rows, width) = broadcast(left, right, "*")
    var value = Tensor(unwritten: left.shape)
    let y = value.mutablePointer
    let a = left.value
    let b = right.value
    if rows == 1 {
      Elementwise.forEachPart(of: width) { part in
        let first = part.lowerBound
        Kernels.table.multiply(y + first, a.pointer + first, b.pointer + first, Int64(part.count))
      }
    } else if width == 1 {
      Kernels.table.scale(y, b.pointer[0], a.pointer, Int64(rows))
    } else {
      for row in 0..<rows {
        let first = row * width
        Kernels.table.multiply(y + first, a.pointer + first, b.pointer, Int64(width))
      }
    }
    let (leftOperand, rightOperand) = (left.operand, right.operand)
    return computed(value, from: [left, right]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      let g = gradient.pointer
      let (a, b) = (a.pointer, b.pointer)
      pullback.addElements(to: leftOperand, count: rows * width) { i in
        g[i] * b[rows == 1 ? i : i % width]
      }
      pullback.addColumnSums(to: rightOperand, rows: rows, width: width) { i, _ in g[i] * a[i] }
      withExtendedLifetime((gradient, left, right)) {}
    }
  }

  /// The quotient, element by element. `right` has the shape of `left`, or that of its last
  /// dimensions.
  public static func / (left: Variable, right: Variable) -> Variable {
    let (rows, width) = broadcast(left, right, "/")
    var value = Tensor(unwritten: left.shape)
    let y = value.mutablePointer
    let a = left.value
    let b = right.value
    Elementwise.forEachPart(of: rows * width) { part in
      for i in part { y[i] = a.pointer[i] / b.pointer[rows == 1 ? i : i % width] }
    }
    let (leftOperand, rightOperand) = (left.operand, right.operand)
    return computed(value, from: [left, right]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      let g = gradient.pointer
      let (a, b) = (a.pointer, b.pointer)
      pullback.addElements(to: leftOperand, count: rows * width) { i in
        g[i] / b[rows == 1 ? i : i % width]
      }
      pullback.addColumnSums(to: rightOperand, rows: rows, width: width) { i, j in
        -g[i] * a[i] / (b[j] * b[j])
      }
      withExtendedLifetime((gradient, left, right)) {}
    }
  }

  /// The sum with the same number everywhere.
  public static func + (left: Variable, right: Real) -> Variable {
    affine(left, scale: 1, shift: right)
  }

  /// The sum with the same number everywhere.
  public static func + (left: Real, right: Variable) -> Variable {
    affine(right, scale: 1, shift: left)
  }

  /// The difference to the same number everywhere.
  public static func - (left: Variable, right: Real) -> Variable {
    affine(left, scale: 1, shift: -right)
  }

  /// The difference from the same number everywhere.
  public static func - (left: Real, right: Variable) -> Variable {
    affine(right, scale: -1, shift: left)
  }

  /// The product with one number.
  public static func * (left: Variable, right: Real) -> Variable {
    affine(left, scale: right, shift: 0)
  }

  /// The product with one number.
  public static func * (left: Real, right: Variable) -> Variable {
    affine(right, scale: left, shift: 0)
  }

  /// The quotient by one number.
  public static func / (left: Variable, right: Real) -> Variable {
    affine(left, scale: 1 / right, shift: 0)
  }

  /// The negative.
  public static prefix func - (operand: Variable) -> Variable {
    affine(operand, scale: -1, shift: 0)
  }

  private static func sum(_ left: Variable, _ right: Variable, sign: Real) -> Variable {
    let (rows, width) = broadcast(left, right, sign > 0 ? "+" : "-")
    var value = Tensor(unwritten: left.shape)
    let y = value.mutablePointer
    let a = left.value.pointer
    let b = right.value.pointer
    Elementwise.forEachPart(of: rows * width) { part in
      if rows == 1 {
        for i in part { y[i] = a[i] + sign * b[i] }
      } else {
        for i in part { y[i] = a[i] + sign * b[i % width] }
      }
    }
    withExtendedLifetime((left, right)) {}
    let (leftOperand, rightOperand) = (left.operand, right.operand)
    let rightShape = right.shape
    return computed(value, from: [left, right]) { pullback in
      guard let gradient = pullback.takeGradient() else { return }
      if pullback.wantsGradient(of: rightOperand) {
        if rows == 1 && sign == 1 {
          pullback.add(gradient.reshaped(rightShape), to: rightOperand)
        } else {
          pullback.addColumnSums(to: rightOperand, rows: rows, width: width) { i, _ in
            sign * gradient.pointer[i]
          }
        }
      }
      pullback.add(gradient, to: leftOperand)
    }
  }

  private static func affine(_ x: Variable, scale: Real, shift: Real) -> Variable {
    var value = Tensor(unwritten: x.shape)
    let y = value.mutablePointer
    let source = x.value.pointer
    Elementwise.forEachPart(of: value.count) { part in
      for i in part { y[i] = scale * source[i] + shift }
    }
    withExtendedLifetime(x) {}
    let operand = x.operand
    return computed(value, from: [x]) { pullback in
      guard var gradient = pullback.takeGradient() else { return }
      if scale != 1 {
        let g = gradient.mutablePointer
        Elementwise.forEachPart(of: gradient.count) { part in
          Kernels.table.scale(
            g + part.lowerBound, scale, g + part.lowerBound, Int64(part.count))
        }
      }
      pullback.add(gradient, to: operand)
    }
  }

  /// How often the right operand is repeated, and its size.
  private static func broadcast(
    _ left: Variable, _ right: Variable, _ name: String
  ) -> (rows: Int, width: Int) {
    precondition(
      left.shape.count >= right.shape.count
        && left.shape.suffix(right.shape.count).elementsEqual(right.shape),
      "\(left.shape) \(name) \(right.shape)")
    return (left.shape.prefix(left.shape.count - right.shape.count).reduce(1, *), right.value.count)
  }
}

extension Tape.Pullback {
  /// Sets or adds to an operand of `width` scalars the sums over `rows` rows of `gradient(i, j)`,
  /// where i is the position in all rows and j in one of them.
  @inline(__always)
  fileprivate func addColumnSums(
    to operand: Operand, rows: Int, width: Int, _ gradient: (Int, Int) -> Real
  ) {
    if rows == 1 {
      addElements(to: operand, count: width) { gradient($0, $0) }
      return
    }
    accumulate(into: operand) { sums, adding in
      Elementwise.forEachPart(ofColumns: width, height: rows) { part in
        if !adding { (sums + part.lowerBound).update(repeating: 0, count: part.count) }
        for row in 0..<rows {
          for j in part { sums[j] += gradient(row * width + j, j) }
        }
      }
    }
  }
}

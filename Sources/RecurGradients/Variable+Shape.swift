import CKernels
import RecurTensors

extension Variable {
  /// The same scalars under another shape of as many.
  public func reshaped(_ shape: [Int]) -> Variable {
    let (operand, original) = (operand, self.shape)
    return .computed(value.reshaped(shape), from: [self]) { pullback in
      guard let gradient = pullback.takeGradient() else { return }
      pullback.add(gradient.reshaped(original), to: operand)
    }
  }

  /// One element of the first dimension: (T, …) gives (…).
  public subscript(index: Int) -> Variable {
    slice(index..<index + 1, shape: Array(shape.dropFirst()))
  }

  /// A range of the first dimension: (T, …) gives (count, …).
  public func slice(_ range: Range<Int>) -> Variable {
    slice(range, shape: [range.count] + shape.dropFirst())
  }

  private func slice(_ range: Range<Int>, shape resultShape: [Int]) -> Variable {
    precondition(
      !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "the range \(range) of the shape \(shape)")
    let width = shape.dropFirst().reduce(1, *)
    let start = range.lowerBound * width
    var result = Tensor(unwritten: resultShape)
    result.mutablePointer.update(from: value.pointer + start, count: result.count)
    withExtendedLifetime(self) {}
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      // In place, in this part only: a tensor of zeros for each step would make an unroll quadratic.
      pullback.accumulatePart(of: operand) { sum in
        Kernels.table.add(sum + start, gradient.pointer, Int64(gradient.count))
      }
    }
  }

  /// A range of the last dimension: (…, N) gives (…, count).
  public func columns(_ range: Range<Int>) -> Variable {
    let width = shape.last ?? 0
    precondition(
      range.lowerBound >= 0 && range.upperBound <= width,
      "the columns \(range) of the shape \(shape)")
    let rows = shape.dropLast().reduce(1, *)
    let (start, count) = (range.lowerBound, range.count)
    var result = Tensor(unwritten: shape.dropLast() + [count])
    let target = result.mutablePointer
    for row in 0..<rows {
      (target + row * count).update(from: value.pointer + row * width + start, count: count)
    }
    withExtendedLifetime(self) {}
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      pullback.accumulatePart(of: operand) { sum in
        for row in 0..<rows {
          Kernels.table.add(
            sum + row * width + start, gradient.pointer + row * count, Int64(count))
        }
      }
    }
  }

  /// Variables of one shape one after the other along a new first dimension: T times (…) gives
  /// (T, …).
  public static func stacked(_ variables: [Variable]) -> Variable {
    guard let first = variables.first else { preconditionFailure("a stack of no variables") }
    precondition(
      variables.allSatisfy { $0.shape == first.shape },
      "a stack of the shapes \(variables.map(\.shape))")
    let width = first.value.count
    var result = Tensor(unwritten: [variables.count] + first.shape)
    let target = result.mutablePointer
    for (index, variable) in variables.enumerated() {
      (target + index * width).update(from: variable.value.pointer, count: width)
      withExtendedLifetime(variable) {}
    }
    let operands = variables.map(\.operand)
    return computed(result, from: variables) { pullback in
      guard let gradient = pullback.gradient() else { return }
      for (index, operand) in operands.enumerated() {
        let part = gradient.pointer + index * width
        pullback.accumulate(into: operand) { sum, adding in
          if adding {
            Kernels.table.add(sum, part, Int64(width))
          } else {
            sum.update(from: part, count: width)
          }
        }
      }
      withExtendedLifetime(gradient) {}
    }
  }

  /// Variables side by side along the last dimension: (…, N) and (…, M) give (…, N + M).
  public static func concatenated(_ variables: [Variable]) -> Variable {
    guard let first = variables.first else { preconditionFailure("no variables to concatenate") }
    precondition(
      variables.allSatisfy { !$0.shape.isEmpty && $0.shape.dropLast() == first.shape.dropLast() },
      "the shapes \(variables.map(\.shape)) side by side")
    let rows = first.shape.dropLast().reduce(1, *)
    let widths = variables.map { $0.shape.last ?? 0 }
    let total = widths.reduce(0, +)
    var result = Tensor(unwritten: first.shape.dropLast() + [total])
    let target = result.mutablePointer
    var start = 0
    for (variable, width) in zip(variables, widths) {
      for row in 0..<rows {
        (target + row * total + start).update(
          from: variable.value.pointer + row * width, count: width)
      }
      withExtendedLifetime(variable) {}
      start += width
    }
    let operands = variables.map(\.operand)
    return computed(result, from: variables) { pullback in
      guard let gradient = pullback.gradient() else { return }
      var start = 0
      for (operand, width) in zip(operands, widths) {
        pullback.accumulate(into: operand) { sum, adding in
          for row in 0..<rows {
            let part = gradient.pointer + row * total + start
            if adding {
              Kernels.table.add(sum + row * width, part, Int64(width))
            } else {
              (sum + row * width).update(from: part, count: width)
            }
          }
        }
        start += width
      }
      withExtendedLifetime(gradient) {}
    }
  }
}

import CKernels
import RecurTensors

extension Variable {
  /// Rows of a table, in any order and as often as wanted: (V, …) gives (N, …).
  ///
  /// - Parameter indices: Which rows, N numbers from 0 up to V - 1.
  public func gatherRows(_ indices: [Int32]) -> Variable {
    precondition(!shape.isEmpty, "rows of a single scalar")
    let (height, width) = (shape[0], shape.dropFirst().reduce(1, *))
    precondition(
      indices.allSatisfy { $0 >= 0 && Int($0) < height }, "a row outside the shape \(shape)")
    var result = Tensor(unwritten: [indices.count] + shape.dropFirst())
    let target = result.mutablePointer
    let source = value.pointer
    Elementwise.forEachPart(ofRows: indices.count, width: width) { part in
      for row in part {
        (target + row * width).update(from: source + Int(indices[row]) * width, count: width)
      }
    }
    withExtendedLifetime(self) {}
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      // Threads share columns: a row that is taken twice is summed by one thread, in order.
      pullback.accumulatePart(of: operand) { sum in
        Elementwise.forEachPart(ofColumns: width, height: indices.count) { part in
          let first = part.lowerBound
          Kernels.table.add_rows(
            sum + first, Int64(width), indices, gradient.pointer + first, false,
            Int64(indices.count), Int64(part.count), Int64(width))
        }
      }
    }
  }

  /// The rows of this variable where `mask` is true, and those of another elsewhere; both (B, …).
  public func selected(where mask: [Bool], otherwise other: Variable) -> Variable {
    precondition(
      shape == other.shape && shape.first == mask.count,
      "a choice of \(mask.count) rows between \(shape) and \(other.shape)")
    let width = shape.dropFirst().reduce(1, *)
    var result = Tensor(unwritten: shape)
    let target = result.mutablePointer
    for (row, isFirst) in mask.enumerated() {
      let source = isFirst ? value.pointer : other.value.pointer
      (target + row * width).update(from: source + row * width, count: width)
    }
    withExtendedLifetime((self, other)) {}
    let (operand, otherOperand) = (operand, other.operand)
    return .computed(result, from: [self, other]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      for (operand, wanted) in [(operand, true), (otherOperand, false)] {
        pullback.accumulatePart(of: operand) { sum in
          for (row, isFirst) in mask.enumerated() where isFirst == wanted {
            Kernels.table.add(
              sum + row * width, gradient.pointer + row * width, Int64(width))
          }
        }
      }
    }
  }

  /// The steps of each batch row in the opposite order: (T, B, …).
  ///
  /// - Parameter lengths: The steps that count of each batch row; those after them stay where they
  ///   are. Nil where all count.
  public func reversed(lengths: [Int32]? = nil) -> Variable {
    precondition(shape.count >= 2, "steps of the shape \(shape) in the opposite order")
    let (steps, batch) = (shape[0], shape[1])
    let width = shape.dropFirst(2).reduce(1, *)
    let lengths = lengths ?? Array(repeating: Int32(steps), count: batch)
    precondition(
      lengths.count == batch && lengths.allSatisfy { $0 >= 0 && Int($0) <= steps },
      "the lengths \(lengths) for the shape \(shape)")
    // Where a row comes from is also where its gradient goes, and the other way round.
    let origins = (0..<steps).flatMap { step in
      lengths.enumerated().map { row, length in
        (step < Int(length) ? Int(length) - 1 - step : step) * batch + row
      }
    }
    var result = Tensor(unwritten: shape)
    let target = result.mutablePointer
    for (row, origin) in origins.enumerated() {
      (target + row * width).update(from: value.pointer + origin * width, count: width)
    }
    withExtendedLifetime(self) {}
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard let gradient = pullback.gradient() else { return }
      pullback.accumulate(into: operand) { sum, adding in
        for (row, origin) in origins.enumerated() {
          let part = gradient.pointer + origin * width
          if adding {
            Kernels.table.add(sum + row * width, part, Int64(width))
          } else {
            (sum + row * width).update(from: part, count: width)
          }
        }
      }
      withExtendedLifetime(gradient) {}
    }
  }
}

public import RecurCore
import RecurGradients
public import RecurTensors

extension CellContract {
  /// The problem of some of the batch rows, in the order given.
  public func rows(_ indices: [Int]) -> CellContract {
    var copy = self
    copy.inputs = inputs.columns(indices)
    copy.initial = initial.map { $0.rows(indices) }
    copy.lengths = indices.map { lengths[$0] }
    copy.outputWeights = outputWeights.columns(indices)
    copy.stateWeights = stateWeights.map { $0.rows(indices) }
    return copy
  }

  /// The same problem for another cell of the same sizes.
  public func replacingCell(by cell: any RecurrentCell) -> CellContract {
    var copy = self
    copy.cell = cell
    return copy
  }
}

extension Tensor {
  /// A range of the first dimension.
  public func steps(_ range: Range<Int>) -> Tensor {
    rows(Array(range))
  }

  /// Some rows of the first dimension, in the order given.
  public func rows(_ indices: [Int]) -> Tensor {
    Variable(self).gatherRows(indices.map { Int32($0) }).value
  }

  /// Some rows of the second dimension, in the order given.
  public func columns(_ indices: [Int]) -> Tensor {
    let (steps, batch, width) = (shape[0], shape[1], shape.dropFirst(2).reduce(1, *))
    let source = scalars
    var result: [Real] = []
    for step in 0..<steps {
      for index in indices {
        let start = (step * batch + index) * width
        result += source[start..<start + width]
      }
    }
    return Tensor(result, shape: [steps, indices.count] + shape.dropFirst(2))
  }
}

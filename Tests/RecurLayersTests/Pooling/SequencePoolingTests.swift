import RecurGradients
import RecurLayers
import RecurTensors
import TestSupport
import Testing

@Suite("Pooling over the steps of a sequence")
struct SequencePoolingTests {
  static let (steps, rows, width, forward) = (5, 4, 6, 4)
  static let lengths: [Int32] = [5, 1, 0, 3]

  private func pooling(_ kind: Pooling) -> SequencePooling {
    var generator = SeededGenerator(seed: 7)
    return SequencePooling(
      kind, width: Self.width, forwardWidth: Self.forward, using: &generator)
  }

  private func outputs(_ steps: Int = steps, rows: Int = rows, seed: UInt64 = 3) -> Tensor {
    .normal([steps, rows, Self.width], seed: seed)
  }

  /// The steps of some rows of a sequence.
  private func part(_ outputs: Tensor, _ range: Range<Int>, row: Int? = nil) -> Tensor {
    let rows = outputs.shape[1]
    let scalars = outputs.scalars
    var result: [Real] = []
    for step in range {
      for index in 0..<rows where row == nil || row == index {
        let first = (step * rows + index) * Self.width
        result += scalars[first..<first + Self.width]
      }
    }
    return Tensor(result, shape: [range.count, row == nil ? rows : 1, Self.width])
  }

  @Test("A pooling is its definition over the steps that count", arguments: Pooling.allCases)
  func definition(_ kind: Pooling) {
    let pooling = pooling(kind)
    let outputs = outputs()
    let result = pooling(Variable(outputs), lengths: Self.lengths).value
    let parts: [Pooling] = kind == .concat ? [.last, .max, .mean] : [kind]
    for row in 0..<Self.rows {
      let count = Int(Self.lengths[row])
      func h(_ step: Int, _ unit: Int) -> Double { Double(outputs[step, row, unit]) }
      let weights = (0..<count).map { step in
        (0..<Self.width).reduce(0.0) { sum, unit in
          let v = Double(pooling.weight?.value[unit] ?? 0)
          return sum + v * hyperbolicTangent(h(step, unit))
        }
      }.map(exponential)
      let total = weights.reduce(0, +)
      for (index, part) in parts.enumerated() {
        for unit in 0..<Self.width {
          let column = (0..<count).map { h($0, unit) }
          let expected: Double
          switch part {
          case _ where count == 0: expected = 0
          case .last: expected = unit < Self.forward ? column[count - 1] : column[0]
          case .max: expected = column.max() ?? 0
          case .mean: expected = column.reduce(0, +) / Double(count)
          default: expected = zip(weights, column).reduce(0) { $0 + $1.0 * $1.1 } / total
          }
          let found = Double(result[row, index * Self.width + unit])
          #expect((found - expected).magnitude < 1e-5, "\(part) of row \(row), unit \(unit)")
        }
      }
    }
  }

  @Test("What is not a number stays the greatest, wherever it stands")
  func notANumber() {
    let pooling = pooling(.max)
    for step in 0..<3 {
      var outputs = part(outputs(), 0..<3)
      outputs.withUnsafeMutableBuffer { $0[step * Self.rows * Self.width] = .nan }
      let result = pooling(Variable(outputs), lengths: [3, 3, 3, 3]).value
      #expect(result[0, 0].isNaN && !result[0, 1].isNaN, "step \(step)")
    }
  }

  @Test("Gradients equal central differences", arguments: Pooling.allCases, [false, true])
  func gradients(_ kind: Pooling, _ continues: Bool) {
    let pooling = pooling(kind)
    var before = pooling.start(rows: Self.rows)
    if continues {
      before.append(
        outputs(3, seed: 11), lengths: [3, 0, 2, 1], attention: pooling.weight?.value)
    }
    let scale = Variable(Tensor.normal([pooling.outputSize], seed: 5))
    let error = GradientCheck.greatestError(
      at: [outputs()] + (pooling.weight.map { [$0.value] } ?? [])
    ) { variables in
      var moved = pooling
      if variables.count > 1 { moved.weight?.value = variables[1].value }
      // On a tape the parameter's own variable takes the gradient: it is added by hand.
      let pooled = moved.callAsFunction(
        variables[0], lengths: Self.lengths, after: before,
        weight: variables.count > 1 ? variables[1] : nil)
      return (pooled * scale * pooled).sum()
    }
    #expect(error < GradientCheck.tolerance)
  }

  @Test("What stands past the length and beside a row changes nothing", arguments: Pooling.allCases)
  func paddingChangesNothing(_ kind: Pooling) {
    let pooling = pooling(kind)
    var scalars = outputs().scalars
    let clean = Tensor(scalars, shape: [Self.steps, Self.rows, Self.width])
    for step in 0..<Self.steps {
      for row in 0..<Self.rows where step >= Int(Self.lengths[row]) {
        for unit in 0..<Self.width {
          scalars[(step * Self.rows + row) * Self.width + unit] = .nan
        }
      }
    }
    let dirty = Tensor(scalars, shape: clean.shape)
    let result = pooling(Variable(dirty), lengths: Self.lengths).value
    #expect(result == pooling(Variable(clean), lengths: Self.lengths).value)
    for row in 0..<Self.rows where Self.lengths[row] > 0 {
      let alone = part(clean, 0..<Int(Self.lengths[row]), row: row)
      let single = pooling(Variable(alone), lengths: nil).value
      let width = pooling.outputSize
      #expect(single.scalars == Array(result.scalars[row * width..<(row + 1) * width]))
    }
  }

  @Test("Where a sequence is cut into chunks changes no bit", arguments: Pooling.allCases)
  func chunks(_ kind: Pooling) {
    let pooling = pooling(kind)
    let all = outputs(7)
    var whole = pooling.start(rows: Self.rows)
    whole.append(all, lengths: nil, attention: pooling.weight?.value)
    for cut in 1..<7 {
      var parted = pooling.start(rows: Self.rows)
      for range in [0..<cut, cut..<7] {
        parted.append(part(all, range), lengths: nil, attention: pooling.weight?.value)
      }
      #expect(parted.features() == whole.features(), "cut at \(cut)")
      #expect(parted.counts == whole.counts)
    }
  }

  @Test("Rows can be kept, begun anew and taken from another")
  func rows() {
    let pooling = pooling(.concat)
    var pooled = pooling.start(rows: Self.rows)
    pooled.append(outputs(), lengths: Self.lengths)
    let width = pooling.outputSize
    let features = pooled.features().scalars
    let moved = pooled.rows([3, nil, 0])
    #expect(moved.counts == [3, 0, 5])
    #expect(
      moved.features().scalars
        == Array(features[3 * width..<4 * width]) + Array(repeating: 0, count: width)
        + Array(features[0..<width]))
  }

  @Test("A great score does not overflow an attention, and a far smaller one does not end it")
  func greatScores() {
    var pooling = pooling(.attention)
    pooling.weight?.value = Tensor(repeating: 1e6, shape: [Self.width])
    let result = pooling(Variable(outputs()), lengths: nil).value
    #expect(result.scalars.allSatisfy { $0.isFinite })
  }

  @Test("The sum of very many steps does not stop growing")
  func manySteps() {
    var generator = SeededGenerator(seed: 1)
    let pooling = SequencePooling(.mean, width: 1, using: &generator)
    var pooled = pooling.start(rows: 1)
    let chunk = Tensor(repeating: 0.1, shape: [1 << 18, 1, 1])
    for _ in 0..<16 { pooled.append(chunk, lengths: nil) }
    #expect((pooled.features().scalar0 - 0.1).magnitude < 1e-7)
  }
}

extension Tensor {
  fileprivate var scalar0: Double { Double(scalars[0]) }
}

private func exponential(_ x: Double) -> Double {
  Double(Variable(Tensor(Real(x))).exp().value.scalar)
}
private func hyperbolicTangent(_ x: Double) -> Double {
  Double(Variable(Tensor(Real(x))).tanh().value.scalar)
}

import CKernels
import Glibc
import RecurTensors
import Testing

@Suite("Elementwise kernels of every instruction set")
struct KernelElementwiseTests {
  private static let counts = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 64, 67]

  @Test("Sums and products equal their formulas for every tail", arguments: NamedKernels.all)
  func arithmetic(_ kernels: NamedKernels) {
    let table = kernels.table
    for count in Self.counts {
      let (a, b, y) = (normal(count, seed: 1), normal(count, seed: 2), normal(count, seed: 3))
      func check(
        _ name: String, _ expected: (Int) -> Double, _ kernel: (inout [Real]) -> Void
      ) {
        var found = y + [77]
        kernel(&found)
        #expect(found.removeLast() == 77, "\(name) \(count)")
        #expect(difference(found, (0..<count).map(expected)) < kernelTolerance, "\(name) \(count)")
      }
      func value(_ x: [Real], _ i: Int) -> Double { Double(x[i]) }
      let size = Int64(count)
      check("add", { value(y, $0) + value(a, $0) }) { table.add(&$0, a, size) }
      check("add_scaled", { value(y, $0) + 0.7 * value(a, $0) }) {
        table.add_scaled(&$0, 0.7, a, size)
      }
      check("multiply", { value(a, $0) * value(b, $0) }) { table.multiply(&$0, a, b, size) }
      check("scale", { -1.3 * value(a, $0) }) { table.scale(&$0, -1.3, a, size) }
    }
  }

  @Test(
    "Sums of columns equal their formula, also those of pairs",
    arguments: NamedKernels.all + NamedKernels.rounding)
  func columnSums(_ kernels: NamedKernels) {
    for (rows, columns) in [(1, 1), (3, 5), (7, 16), (9, 33), (50, 67), (4, 130)] {
      let leading = columns + 3
      for isInPairs in kernels.isRounding ? [false, true] : [false] {
        let drawn = normal(rows * leading, seed: 4)
        let matrix = isInPairs ? drawn.map(kernels.factor) : drawn
        var sums = normal(columns, seed: 5) + [77]
        let expected = (0..<columns).map { column in
          (0..<rows).reduce(Double(sums[column])) { $0 + Double(matrix[$1 * leading + column]) }
        }
        kernels.table.add_column_sums(
          &sums, isInPairs ? kernels.pairs(of: matrix, width: leading) : matrix, isInPairs,
          Int64(rows), Int64(columns), Int64(isInPairs ? leading + leading % 2 : leading))
        #expect(sums.removeLast() == 77)
        #expect(difference(sums, expected) < kernelTolerance, "\(rows) \(columns) \(isInPairs)")
      }
    }
  }

  @Test(
    "Rows are added to the rows that they belong to, also those of pairs",
    arguments: NamedKernels.all + NamedKernels.rounding)
  func rowSums(_ kernels: NamedKernels) {
    for (rows, columns) in [(1, 1), (5, 3), (40, 33), (19, 130)] {
      let (height, leading, leadingSums) = (4, columns + 3, columns + 1)
      let targets = (0..<rows).map { Int32($0 * 7 % 3) }
      for isInPairs in kernels.isRounding ? [false, true] : [false] {
        let drawn = normal(rows * leading, seed: 4)
        let matrix = isInPairs ? drawn.map(kernels.factor) : drawn
        var sums = normal(height * leadingSums, seed: 5)
        var expected = sums.map { Double($0) }
        for row in 0..<rows {
          for column in 0..<columns {
            expected[Int(targets[row]) * leadingSums + column] += Double(
              matrix[row * leading + column])
          }
        }
        kernels.table.add_rows(
          &sums, Int64(leadingSums), targets,
          isInPairs ? kernels.pairs(of: matrix, width: leading) : matrix, isInPairs, Int64(rows),
          Int64(columns), Int64(isInPairs ? leading + leading % 2 : leading))
        #expect(difference(sums, expected) < kernelTolerance, "\(rows) \(columns) \(isInPairs)")
      }
    }
  }

  @Test("Sums of squares equal their formula", arguments: NamedKernels.all)
  func squareSums(_ kernels: NamedKernels) {
    for count in Self.counts + [4095, 4096, 4097, 10_000] {
      let x = normal(count, seed: 6)
      let expected = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      let found = kernels.table.sum_of_squares(x, Int64(count))
      #expect(abs(found - expected) <= kernelTolerance * max(1, expected), "\(count)")
    }
    // Squares that single precision cannot hold, alone and together.
    for large: [Real] in [[2e19, 1], Array(repeating: 1.5e18, count: 4097)] {
      let found = kernels.table.sum_of_squares(large, Int64(large.count))
      let expected = large.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(found / expected - 1) < 1e-6)
    }
    for bad in [Real.infinity, .nan] {
      #expect(!kernels.table.sum_of_squares([1, bad, 1], 3).isFinite)
    }
  }

  @Test("Dropout keeps the expected part and scales it", arguments: NamedKernels.all)
  func dropoutKeepsItsPart(_ kernels: NamedKernels) {
    let count = 40_000
    let ones = [Real](repeating: 1, count: count)
    var masks: [[Real]] = []
    for (key, probability) in [(UInt64(11), 0.1), (12, 0.5), (13, 0.5), (1 << 40, 0.5)] {
      var y = ones
      kernels.table.dropout(&y, ones, Int64(count), Real(probability), key, 0)
      let kept = y.filter { $0 != 0 }
      #expect(kept.allSatisfy { abs(Double($0) - 1 / (1 - probability)) < 1e-6 })
      let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
      let surplus = abs(Double(kept.count) - Double(count) * (1 - probability))
      #expect(surplus < 4 * deviation, "\(kept.count) of \(count) stay at \(probability)")
      masks.append(y)
    }
    // Another key is another decision, and neighbours decide for themselves.
    func agreement(_ a: some Collection<Real>, _ b: some Collection<Real>) -> Double {
      Double(zip(a, b).count { $0 == $1 }) / Double(min(a.count, b.count))
    }
    #expect(abs(agreement(masks[1], masks[2]) - 0.5) < 0.015)
    #expect(abs(agreement(masks[1], masks[3]) - 0.5) < 0.015)
    for distance in [1, 2, 16, 64, 512] {
      #expect(abs(agreement(masks[1], masks[1].dropFirst(distance)) - 0.5) < 0.015)
    }
  }

  @Test(
    "Dropout does not depend on where it is cut, far out neither", arguments: NamedKernels.all,
    [0, 1 << 32 - 333])
  func dropoutIsPositional(_ kernels: NamedKernels, _ offset: Int64) {
    let x = normal(1000, seed: 7)
    func dropped(_ range: Range<Int>) -> [Real] {
      var part = Array(x[range])
      kernels.table.dropout(
        &part, part, Int64(range.count), 0.3, 99, offset + Int64(range.lowerBound))
      return part
    }
    let whole = dropped(0..<1000)
    for cut in [1, 16, 332, 333, 334, 999] {
      #expect(dropped(0..<cut) + dropped(cut..<1000) == whole)
    }
    #expect((0..<1000).flatMap { dropped($0..<$0 + 1) } == whole)
    #expect(whole.contains(0) && whole.contains { $0 != 0 })
  }

  @Test("The cross entropy of a softmax equals its formula", arguments: NamedKernels.all)
  func crossEntropy(_ kernels: NamedKernels) {
    for columns in [1, 2, 7, 16, 33, 96, 131] {
      let rows = 4
      // One row far up: the exponentials must not overflow.
      let logits = normal(rows * columns, seed: 8).enumerated()
        .map { $1 * 3 + ($0 / columns == 1 ? 500 : 0) }
      let targets = [Int32(0), Int32(columns - 1), -1, Int32(columns / 2)]
      var probabilities: [Double] = []
      var expectedLosses: [Double] = []
      for row in 0..<rows {
        let values = logits[row * columns..<(row + 1) * columns].map { Double($0) }
        let most = values.max() ?? 0
        let total = values.reduce(0) { $0 + Glibc.exp($1 - most) }
        probabilities += values.map { Glibc.exp($0 - most) / total }
        let target = Int(targets[row])
        expectedLosses.append(target < 0 ? 0 : Glibc.log(total) - (values[target] - most))
      }
      var losses = [Double](repeating: .nan, count: rows)
      var gradients = logits
      kernels.table.softmax_cross_entropy(
        &gradients, targets, &losses, Int64(rows), Int64(columns), 0.25)
      let expected = (0..<rows * columns).map { index in
        let (row, column) = (index / columns, index % columns)
        if targets[row] < 0 { return 0.0 }
        return 0.25 * (probabilities[index] - (column == Int(targets[row]) ? 1 : 0))
      }
      #expect(difference(gradients, expected) < kernelTolerance)
      for (loss, expected) in zip(losses, expectedLosses) {
        #expect(abs(loss - expected) < 2 * kernelTolerance * max(1, expected))
      }
    }
  }

  @Test("What is impossible has no part in a softmax, and NaN stays", arguments: NamedKernels.all)
  func crossEntropyOfInfinities(_ kernels: NamedKernels) {
    var (row, loss) = ([0, -.infinity, 0, -.infinity, 0] as [Real], 0.0)
    kernels.table.softmax_cross_entropy(&row, [0], &loss, 1, 5, 1)
    #expect(row[1] == 0 && row[3] == 0)
    #expect(abs(row[2] - 1 / 3) < 1e-6 && abs(loss - Glibc.log(3)) < 1e-6)
    for position in 0..<19 {
      var logits = normal(19, seed: 9)
      logits[position] = .nan
      var loss = 0.0
      kernels.table.softmax_cross_entropy(&logits, [3], &loss, 1, 19, 1)
      #expect(loss.isNaN, "a NaN at \(position) is hidden")
    }
  }
}

import CKernels
import RecurTensors
import Testing

/// Products of whole numbers of 8 bits, of every instruction set, against their definition.
@Suite("Products of whole numbers")
struct KernelInt8Tests {
  private static let panel = Int(RECUR_PANEL)
  private static let names: [String] = ["portable", "avx2", "avx512"].filter {
    recur_int8_kernels_named($0) != nil
  }

  /// What a row becomes: whole numbers from -127 to 127, and what 1 stands for.
  private func quantized(_ row: [Real]) -> (whole: [Int], unit: Real) {
    let size = row.reduce(0) { max($0, $1.magnitude) }
    if size < 1e-30 { return (row.map { _ in 0 }, 0) }
    let inverse = 127 / size
    return (row.map { Int(($0 * inverse).rounded(.toNearestOrEven)) }, size / 127)
  }

  private struct Packed {
    var panels: [Int8]
    var units: [Real]
    var offsets: [Int32]

    func with<Result>(
      width: Int, _ kernels: String?, _ body: (inout WeightPanels) -> Result
    ) -> Result {
      panels.withUnsafeBufferPointer { panels in
        units.withUnsafeBufferPointer { units in
          offsets.withUnsafeBufferPointer { offsets in
            var weights = WeightPanels(
              width: Int64(width), panels: nil, int8_panels: panels.baseAddress,
              units: units.baseAddress, offsets: offsets.baseAddress,
              int8_kernels: recur_int8_kernels_named(kernels))
            return body(&weights)
          }
        }
      }
    }
  }

  private func packed(_ table: KernelTable, _ w: [Real], n: Int, k: Int) -> Packed {
    let count = (n + Self.panel - 1) / Self.panel
    var result = Packed(
      panels: Array(repeating: 77, count: count * (k + 3) / 4 * 4 * Self.panel + 64 * count),
      units: Array(repeating: .nan, count: count * Self.panel),
      offsets: Array(repeating: 77, count: count * Self.panel))
    table.pack_int8(
      &result.panels, &result.units, &result.offsets, w, Int64(n), Int64(k), Int64(k), 0,
      Int64(count), 1)
    return result
  }

  @Test("Sums are exact for every tile, of the greatest numbers too", arguments: names)
  func sumsAreExact(_ name: String) throws {
    let kernels = try #require(recur_int8_kernels_named(name)).pointee
    var generator = SeededGenerator(seed: 1)
    for rows in [1, 2, 3, 4, 5, 6, 7, 13] {
      for count in 1...4 {
        for quads in [1, 2, 3, 5, 8, 33] {
          let stride = quads * 64 + 64
          let leading = 4 * quads + 4
          for isExtreme in [false, true] {
            let a = (0..<rows * leading).map { _ in
              isExtreme
                ? (generator.next() % 2 == 0 ? UInt8.min : .max)
                : .random(in: 0...255, using: &generator)
            }
            let w = (0..<count * stride).map { index in
              isExtreme
                ? (index / 64 % 2 == 0 ? Int8.max : -127)
                : Int8.random(in: -127...127, using: &generator)
            }
            func weight(_ column: Int, _ i: Int) -> Int {
              Int(w[column / 16 * stride + i / 4 * 64 + column % 16 * 4 + i % 4])
            }
            func sum(_ column: Int, _ factor: (Int) -> Int) -> Int32 {
              Int32((0..<4 * quads).reduce(0) { $0 + factor($1) * weight(column, $1) })
            }
            let columns = 0..<count * 16
            var sums = [Int32](repeating: 77, count: rows * columns.count + 1)
            kernels.multiply(
              Int64(rows), Int64(count), Int64(quads), a, Int64(leading), w, Int64(stride),
              columns.map { sum($0) { _ in 128 } }, &sums)
            let expected = (0..<rows).flatMap { row in
              columns.map { sum($0) { Int(a[row * leading + $0]) - 128 } }
            }
            #expect(sums == expected + [77], "\(rows) \(count) \(quads) \(isExtreme)")
          }
        }
      }
    }
  }

  @Test("Weights become the nearest whole numbers, row by row", arguments: NamedKernels.all)
  func weightsAreRounded(_ kernels: NamedKernels) {
    for (n, k) in [(1, 1), (16, 4), (21, 7), (35, 33), (48, 260), (16, 513)] {
      var w = normal(n * k, seed: 3)
      if n > 1 { for i in 0..<k { w[k + i] = 0 } }
      let found = packed(kernels.table, w, n: n, k: k)
      for row in 0..<n {
        let (whole, unit) = quantized(Array(w[row * k..<(row + 1) * k]))
        #expect(found.units[row] == unit)
        #expect(found.offsets[row] == Int32(128 * whole.reduce(0, +)))
        for i in 0..<(k + 3) / 4 * 4 {
          let quads = (k + 3) / 4
          let at = row / 16 * quads * 64 + i / 4 * 64 + row % 16 * 4 + i % 4
          #expect(Int(found.panels[at]) == (i < k ? whole[i] : 0), "\(n) \(k) \(row) \(i)")
        }
      }
      for row in n..<found.units.count { #expect(found.units[row] == 0) }
    }
  }

  @Test(
    "A map with whole numbers is its definition, to the bit on every processor",
    arguments: NamedKernels.all, names)
  func mapsAreTheDefinition(_ kernels: NamedKernels, _ name: String) {
    for (rows, n, k) in [(1, 5, 3), (1, 96, 128), (3, 21, 37), (7, 70, 64), (67, 83, 130)] {
      let (x, w, bias) = (normal(rows * k, seed: 4), normal(n * k, seed: 5), normal(n, seed: 6))
      let weights = packed(kernels.table, w, n: n, k: k)
      let panels = (n + Self.panel - 1) / Self.panel
      var expected: [Real] = []
      let left = (0..<rows).map { quantized(Array(x[$0 * k..<($0 + 1) * k])) }
      let right = (0..<n).map { quantized(Array(w[$0 * k..<($0 + 1) * k])) }
      for row in left {
        for (column, other) in right.enumerated() {
          let sum = zip(row.whole, other.whole).reduce(0) { $0 + $1.0 * $1.1 }
          let product = Real(sum) * (row.unit * other.unit)
          expected.append(product + bias[column])
        }
      }
      for parts in [1, 2, panels] {
        var y = [Real](repeating: .nan, count: rows * n)
        var workspace = [Real](repeating: .nan, count: Int(recur_workspace(Int64(k), Int64(rows))))
        weights.with(width: k, name) { weights in
          for part in 0..<parts {
            kernels.table.affine(
              &weights, Int64(rows), Int64(n), x, bias, &y, Int64(panels * part / parts),
              Int64(panels * (part + 1) / parts), &workspace)
          }
        }
        #expect(y == expected, "\(rows) \(n) \(k) in \(parts)")
      }
    }
  }

  @Test(
    "A number that is not finite is seen, and nothing stays nothing", arguments: NamedKernels.all)
  func oddNumbersAreSeen(_ kernels: NamedKernels) {
    let k = 20
    let w = normal(16 * k, seed: 7)
    for odd in [Real.nan, .infinity, -.infinity] {
      for isWeight in [false, true] {
        var (x, weights) = (normal(2 * k, seed: 8), w)
        if isWeight { weights[3 * k + 5] = odd } else { x[k + 11] = odd }
        for i in 0..<k where isWeight { x[i] = 0 }
        let packed = packed(kernels.table, weights, n: 16, k: k)
        var y = [Real](repeating: 0, count: 32)
        var workspace = [Real](repeating: 0, count: Int(recur_workspace(Int64(k), 2)))
        packed.with(width: k, nil) { weights in
          kernels.table.affine(
            &weights, 2, 16, x, [Real](repeating: 1, count: 16), &y, 0, 1, &workspace)
        }
        for row in 0..<2 {
          for column in 0..<16 {
            let isOdd = isWeight ? column == 3 : row == 1
            #expect(y[row * 16 + column].isFinite != isOdd, "\(odd) \(row) \(column)")
          }
        }
        if isWeight { #expect(y[0] == 1) }
      }
    }
  }
}

import CKernels
import RecurTensors
import Testing

@Suite("Products of every instruction set")
struct KernelProductTests {
  private static let panel = Int(RECUR_PANEL)

  /// a (rows, k) times b (k, n) plus `start`, in double precision.
  private func expected(
    _ a: [Real], _ b: [Real], rows: Int, n: Int, k: Int, start: [Real]?, _ kernels: NamedKernels
  ) -> [Double] {
    let (a, b) = (a.map(kernels.factor), b.map(kernels.factor))
    var result = (start ?? Array(repeating: 0, count: rows * n)).map { Double($0) }
    for row in 0..<rows {
      for i in 0..<k {
        for column in 0..<n {
          result[row * n + column] += Double(a[row * k + i]) * Double(b[i * n + column])
        }
      }
    }
    return result
  }

  private func transposed(_ matrix: [Real], rows: Int, columns: Int) -> [Real] {
    (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
  }

  @Test(
    "A product equals the sum of its terms for every tile",
    arguments: NamedKernels.all + NamedKernels.rounding)
  func productsOfEveryHeight(_ kernels: NamedKernels) {
    let table = kernels.table
    let small = [1, 5, 16, 17, 31, 48, 64, 67, 80].flatMap { n in
      [1, 2, 7, 16, 33].map { (n: n, k: $0) }
    }
    let cases =
      (1...13).map { (rows: $0, sizes: small) }
      + [16, 17, 31, 32, 33, 65].map { (rows: $0, sizes: [(n: 35, k: 64), (n: 16, k: 1061)]) }
    for (rows, sizes) in cases {
      for (n, k) in sizes {
        let (a, b) = (normal(rows * k, seed: 1), normal(k * n, seed: 2))
        let start = normal(rows * n, seed: 3)
        let panelCount = (n + Self.panel - 1) / Self.panel
        var packed = [Real](repeating: .nan, count: panelCount * kernels.table.panelSize(k))
        table.pack_columns(&packed, b, Int64(k), Int64(n), Int64(n), 0, Int64(panelCount))
        var byRows = [Real](repeating: .nan, count: packed.count)
        table.pack_rows(
          &byRows, transposed(b, rows: k, columns: n), Int64(n), Int64(k), Int64(k), 0,
          Int64(panelCount), 1)
        #expect(zip(packed, byRows).allSatisfy { $0.bitPattern == $1.bitPattern })
        for accumulate in [false, true] {
          // Guards on both sides of every row: nothing may be written beside the result.
          let leading = n + 3
          var c = [Real](repeating: 77, count: rows * leading)
          for row in 0..<rows {
            for column in 0..<n {
              c[row * leading + column] = accumulate ? start[row * n + column] : .nan
            }
          }
          table.product(
            Int64(rows), Int64(n), Int64(k), a, Int64(k), packed, Int64(kernels.table.panelSize(k)),
            &c, Int64(leading), accumulate)
          let found = (0..<rows).flatMap { c[$0 * leading..<$0 * leading + n] }
          let guards = (0..<rows).flatMap { c[$0 * leading + n..<($0 + 1) * leading] }
          let wanted = expected(
            a, b, rows: rows, n: n, k: k, start: accumulate ? start : nil, kernels)
          let error = difference(found, wanted)
          #expect(error < kernelTolerance, "\(rows) \(n) \(k) \(accumulate)")
          #expect(guards.allSatisfy { $0 == 77 }, "\(rows) \(n) \(k)")
        }
      }
    }
  }

  @Test(
    "A row of a product does not depend on its neighbours",
    arguments: NamedKernels.all + NamedKernels.rounding)
  func rowsAreIndependent(_ kernels: NamedKernels) {
    // More steps than one group has.
    let (rows, n, k) = (35, 83, 149)
    let (a, b) = (normal(rows * k, seed: 4), normal(k * n, seed: 5))
    let panelCount = (n + Self.panel - 1) / Self.panel
    var packed = [Real](repeating: .nan, count: panelCount * kernels.table.panelSize(k))
    kernels.table.pack_columns(&packed, b, Int64(k), Int64(n), Int64(n), 0, Int64(panelCount))
    func product(_ range: Range<Int>) -> [Real] {
      var c = [Real](repeating: .nan, count: range.count * n)
      let part = Array(a[range.lowerBound * k..<range.upperBound * k])
      kernels.table.product(
        Int64(range.count), Int64(n), Int64(k), part, Int64(k), packed,
        Int64(kernels.table.panelSize(k)), &c, Int64(n), false)
      return c
    }
    let whole = product(0..<rows)
    for count in 1...rows {
      for start in 0...rows - count {
        #expect(product(start..<start + count) == Array(whole[start * n..<(start + count) * n]))
      }
    }
  }

  @Test(
    "A blocked product equals the sum of its terms",
    arguments: NamedKernels.all + NamedKernels.rounding)
  func largeProducts(_ kernels: NamedKernels) {
    for (rows, n, k) in [
      (1, 1, 1), (7, 21, 5), (97, 35, 360), (100, 64, 353), (5, 100, 710), (9, 70, 1409),
      (261, 21, 1100),
    ] {
      let (a, b) = (normal(rows * k, seed: 6), normal(k * n, seed: 7))
      let start = normal(rows * n, seed: 8)
      let panelCount = (n + Self.panel - 1) / Self.panel
      var packed = [Real](repeating: .nan, count: panelCount * kernels.table.panelSize(k))
      kernels.table.pack_columns(&packed, b, Int64(k), Int64(n), Int64(n), 0, Int64(panelCount))
      for accumulate in [false, true] {
        let wanted = expected(
          a, b, rows: rows, n: n, k: k, start: accumulate ? start : nil, kernels)
        var first: [Real]?
        for isTransposed in [false, true] {
          for isInPairs in kernels.isRounding ? [false, true] : [false] {
            var c = accumulate ? start : Array(repeating: Real.nan, count: rows * n)
            let left = isTransposed ? transposed(a, rows: rows, columns: k) : a
            var leading = isTransposed ? rows : k
            let taken = isInPairs ? kernels.pairs(of: left, width: leading) : left
            leading += isInPairs ? leading % 2 : 0
            kernels.table.large_product(
              Int64(rows), Int64(n), Int64(k), taken, isInPairs, Int64(isTransposed ? 1 : leading),
              Int64(isTransposed ? leading : 1), packed, &c, Int64(n), accumulate)
            let error = difference(c, wanted)
            let problem = "\(rows) \(n) \(k) \(accumulate) \(isTransposed) \(isInPairs)"
            #expect(error < kernelTolerance, "\(problem)")
            if let first { #expect(c == first, "\(problem)") }
            first = c
          }
        }
      }
    }
  }
}

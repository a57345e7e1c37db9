import RecurTensors
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test("Writing to a copy leaves the original alone")
  func copyOnWrite() {
    let original = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    var copy = original
    #expect(copy.pointer == original.pointer, "a copy shares memory until it is written")
    copy.withUnsafeMutableBuffer { $0[1] = 9 }
    #expect(original.scalars == [1, 2, 3, 4, 5, 6])
    #expect(copy.scalars == [1, 9, 3, 4, 5, 6])
    let address = copy.pointer
    copy.withUnsafeMutableBuffer { $0[2] = 8 }
    #expect(copy.pointer == address, "what nobody shares is written in place")
  }

  @Test("A view of another shape shares memory until it is written")
  func reshapedShares() {
    let original = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    var other = original.reshaped([3, 2])
    #expect(other.pointer == original.pointer)
    #expect(other[2, 0] == 5)
    other.withUnsafeMutableBuffer { $0[0] = 0 }
    #expect(original[0, 0] == 1)
  }

  @Test("Indices count row by row")
  func indicesAreRowMajor() {
    let tensor = Tensor((0..<24).map { Real($0) }, shape: [2, 3, 4])
    #expect(tensor[1, 2, 3] == 23)
    #expect(tensor[1, 0, 2] == 14)
    #expect(Tensor(5).scalar == 5)
  }

  @Test("Tensors are equal by shape and scalars")
  func equality() {
    let tensor = Tensor([1, 2], shape: [2])
    #expect(tensor == Tensor([1, 2], shape: [2]))
    #expect(tensor != Tensor([1, 2], shape: [1, 2]))
    #expect(tensor != Tensor([1, 3], shape: [2]))
    #expect(Tensor(zeros: [0]) == Tensor([], shape: [0]))
  }

  @Test("A matrix product equals the sum of its terms, transposed or not")
  func matrixProducts() {
    for (rows, inner, columns) in [(1, 1, 1), (3, 5, 7), (300, 17, 33), (600, 9, 2), (2, 0, 3)] {
      let a = (0..<rows * inner).map { Real(($0 * 7919) % 31 - 15) }
      let b = (0..<inner * columns).map { Real(($0 * 104_729) % 29 - 14) }
      // Small whole numbers: every sum is exact.
      let expected = (0..<rows).flatMap { row in
        (0..<columns).map { column in
          (0..<inner).reduce(Real(0)) { $0 + a[row * inner + $1] * b[$1 * columns + column] }
        }
      }
      func transposed(_ matrix: [Real], _ rows: Int, _ columns: Int) -> [Real] {
        (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
      }
      for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
        let first = Tensor(left ? transposed(a, rows, inner) : a, shape: [rows * inner])
        let second = Tensor(right ? transposed(b, inner, columns) : b, shape: [inner * columns])
        let x =
          left
          ? MatrixView(first.pointer, rows: inner, columns: rows).transposed
          : MatrixView(first.pointer, rows: rows, columns: inner)
        let y =
          right
          ? MatrixView(second.pointer, rows: columns, columns: inner).transposed
          : MatrixView(second.pointer, rows: inner, columns: columns)
        for accumulate in [false, true] {
          var result = Tensor(repeating: accumulate ? 2 : .nan, shape: [rows, columns])
          MatrixProduct.compute(x, y, into: result.mutablePointer, accumulate: accumulate)
          #expect(result.scalars == expected.map { accumulate ? $0 + 2 : $0 })
        }
        withExtendedLifetime((first, second)) {}
      }
    }
  }

  @Test(
    "The bits of a matrix product do not depend on the number of threads", arguments: [false, true])
  func threadsChangeNothing(isTransposed: Bool) {
    var generator = SeededGenerator(seed: 3)
    let a = generator.normal(shape: [700, 365])
    let b = generator.normal(shape: [365, 130])
    let left =
      isTransposed
      ? MatrixView(a.pointer, rows: 365, columns: 700).transposed
      : MatrixView(a.pointer, rows: 700, columns: 365)
    let results = [1, 2, 3, 5].map { threads in
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        var result = Tensor(repeating: .nan, shape: [700, 130])
        MatrixProduct.compute(
          left, MatrixView(b.pointer, rows: 365, columns: 130), into: result.mutablePointer)
        return result
      }
    }
    withExtendedLifetime(a) {}
    for result in results { #expect(result == results[0]) }
  }
}

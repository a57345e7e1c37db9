import Testing

@testable import RecurTensors

@Suite("The pool of memory")
struct StoragePoolTests {
  @Test("Large tensors of other sizes share blocks: the pool holds what the largest need")
  func otherSizes() {
    let pool = StoragePool()
    let sizes = [40, 24, 33, 28, 40, 21, 37, 30, 25, 48, 40, 44, 23].map { $0 << 20 }
    for size in sizes {
      let blocks = [pool.take(byteCount: size), pool.take(byteCount: size)]
      #expect(blocks.allSatisfy { $0.byteCount >= size })
      for block in blocks { pool.give(back: block) }
    }
    #expect(pool.statistics.byteCount == 2 * 48 << 20)
    let before = pool.statistics
    for size in sizes { pool.give(back: pool.take(byteCount: size)) }
    #expect(pool.statistics == before)
    pool.trim()
    #expect(pool.statistics.byteCount == 0)
  }

  @Test("A small tensor gets no large block, a large one none of more than four times its size")
  func bounds() {
    let pool = StoragePool()
    pool.give(back: pool.take(byteCount: 64 << 20))
    #expect(pool.take(byteCount: 1000).byteCount < 2000)
    #expect(pool.take(byteCount: 15 << 20).byteCount == 15 << 20)
    #expect(pool.take(byteCount: 16 << 20).byteCount == 64 << 20)
    pool.trim()
  }
}

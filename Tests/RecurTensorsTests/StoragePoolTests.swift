import Testing

@testable import RecurTensors

@Suite("The pool of memory")
struct StoragePoolTests {
  @Test("What one large tensor gave back is cut for two others and joined again behind them")
  func largeMemoryIsCutAndJoined() {
    let pool = StoragePool()
    let whole = pool.take(byteCount: 40 << 20)
    pool.give(back: whole)
    let parts = [pool.take(byteCount: 25 << 20), pool.take(byteCount: 14 << 20)]
    let taken = parts.map { UInt(bitPattern: $0.address) - UInt(bitPattern: whole.address) }
    #expect(taken == [0, 26 << 20], "in whole huge pages, one behind the other")
    for part in parts { pool.give(back: part) }
    let again = pool.take(byteCount: 40 << 20)
    #expect(again.address == whole.address)
    pool.give(back: again)
    #expect(pool.statistics == .init(allocations: 1, byteCount: 40 << 20))
    pool.trim()
    #expect(pool.statistics == .init(allocations: 1, byteCount: 0))
  }

  @Test("A small tensor gets no large memory, and a block of its size if one was given back")
  func smallMemory() {
    let pool = StoragePool()
    pool.give(back: pool.take(byteCount: 64 << 20))
    let block = pool.take(byteCount: 3000)
    #expect(block.byteCount < 4000)
    pool.give(back: block)
    #expect(pool.take(byteCount: 2900).address == block.address)
    #expect(pool.take(byteCount: 2900).address != block.address)
    pool.trim()
  }

  @Test(
    "Tensors of less than two huge pages share them, and what all have given back is whole again")
  func parts() {
    let pool = StoragePool()
    let parts = [200_000, 300_000, 1_400_000].map { pool.take(byteCount: $0) }
    #expect(pool.statistics == .init(allocations: 1, byteCount: 2 << 20))
    let starts = parts.map { UInt(bitPattern: $0.address) }
    #expect(starts[0] % (2 << 20) == 0 && starts[1] == starts[0] + UInt(parts[0].byteCount))
    #expect(
      Set(starts.map { $0 % 4096 }).count == 3,
      "in other cache lines: what is read together would else push itself out of a cache")
    for part in [parts[1], parts[0], parts[2]] { pool.give(back: part) }
    let whole = pool.take(byteCount: 4 << 20)
    #expect(
      pool.statistics.byteCount == 4 << 20, "the free page made way, or is a part of these two")
    pool.give(back: whole)
    pool.trim()
    #expect(pool.statistics.byteCount == 0)
  }

  @Test("Texts of many lengths, one after another, hold little more than the longest does")
  func lengths() {
    let pool = StoragePool()
    var random = SeededGenerator(seed: 4)
    for _ in 0..<60 {
      let length = Int.random(in: 20...120, using: &random)
      let tensors = (0..<20).map { pool.take(byteCount: length * 26 * 128 * ($0 % 3 + 1)) }
      for tensor in tensors.reversed() { pool.give(back: tensor) }
    }
    #expect(
      pool.statistics.byteCount < 22 << 20, "twenty tensors of 0.8 MB on average, for 120 steps")
    pool.trim()
    #expect(pool.statistics.byteCount == 0)
  }

  @Test("Large memory begins at a huge page")
  func alignment() {
    let pool = StoragePool()
    for size in [(4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9 << 20] {
      let block = pool.take(byteCount: size)
      #expect(UInt(bitPattern: block.address) % (2 << 20) == 0)
      #expect(block.byteCount >= size && block.byteCount % (2 << 20) == 0)
    }
  }

  @Test(
    "Large tensors of other sizes share memory: the pool holds little more than the largest need")
  func otherSizes() {
    let pool = StoragePool()
    let sizes = [40, 24, 33, 28, 40, 21, 37, 30, 25, 48, 40, 44, 23].map { $0 << 20 }
    for size in sizes {
      let blocks = [pool.take(byteCount: size), pool.take(byteCount: size)]
      #expect(blocks.allSatisfy { $0.byteCount >= size })
      for block in blocks { pool.give(back: block) }
    }
    #expect((96 << 20...108 << 20).contains(pool.statistics.byteCount))
    let before = pool.statistics
    for size in sizes { pool.give(back: pool.take(byteCount: size)) }
    #expect(pool.statistics == before)
    pool.trim()
    #expect(pool.statistics.byteCount == 0)
  }

  @Test(
    "Work that repeats itself soon takes nothing from the system",
    arguments: 0..<40 as Range<UInt64>, [Work.Sizes.large, .mixed])
  func repeatedWork(_ seed: UInt64, _ sizes: Work.Sizes) {
    let pool = StoragePool()
    let work = Work(seed: seed, sizes: sizes.byteCounts)
    for _ in 0..<30 { work.run(in: pool) }
    let before = pool.statistics
    work.run(in: pool)
    #expect(pool.statistics == before)
    #expect(Double(before.byteCount) <= sizes.mostHeld * Double(work.bytesAtMost))
    pool.trim()
    #expect(pool.statistics.byteCount == 0)
  }

  /// Tensors that are made and given back, mostly the latest first, as by layers and their way back.
  struct Work {
    /// Which sizes its tensors have.
    enum Sizes {
      /// Whole huge pages.
      case large
      /// Parts of huge pages, and some that are longer.
      case mixed

      var byteCounts: [Int] {
        switch self {
        case .large: [2, 2, 3, 5, 8, 8, 9, 17, 32, 33].map { $0 * PagePool.pageSize }
        case .mixed:
          [140, 200, 200, 310, 700, 900, 1500, 2500, 2500, 3900, 9000].map { $0 * 1000 }
        }
      }

      /// What the pool may hold for what is in use at the most: a part that stays keeps its whole page.
      var mostHeld: Double { self == .large ? 1.5 : 2 }
    }

    /// The size of a tensor that is made, or the number of one that is given back.
    private enum Act {
      case make(byteCount: Int)
      case give(Int)
    }
    private var acts: [Act] = []
    private(set) var bytesAtMost = 0

    /// Draws acts on tensors of the given sizes.
    init(seed: UInt64, sizes kinds: [Int]) {
      var random = SeededGenerator(seed: seed)
      var sizes: [Int] = []
      var inUse: [Int] = []
      while acts.count < 40 {
        if !inUse.isEmpty, Bool.random(using: &random) {
          let latest = inUse.count - 1
          let index = random.uniform() < 0.3 ? Int.random(in: 0...latest, using: &random) : latest
          acts.append(.give(inUse.remove(at: index)))
        } else {
          inUse.append(sizes.count)
          let size = kinds.randomElement(using: &random) ?? 0
          sizes.append(size)
          acts.append(.make(byteCount: size))
          bytesAtMost = max(bytesAtMost, inUse.reduce(0) { $0 + sizes[$1] })
        }
      }
      acts += inUse.reversed().map(Act.give)
    }

    func run(in pool: StoragePool) {
      var made: [StoragePool.Block] = []
      var inUse: [Int: Range<UInt>] = [:]
      for act in acts {
        switch act {
        case .make(let byteCount):
          let block = pool.take(byteCount: byteCount)
          let start = UInt(bitPattern: block.address)
          let span = start..<start + UInt(block.byteCount)
          if byteCount >= 2 * PagePool.pageSize {
            #expect(start % UInt(PagePool.pageSize) == 0, "whole huge pages")
          }
          // A page that the system had taken back would end the process here.
          block.address.storeBytes(of: 1, as: UInt8.self)
          (block.address + block.byteCount - 1).storeBytes(of: 1, as: UInt8.self)
          #expect(!inUse.values.contains { $0.overlaps(span) }, "what is in use is not given away")
          inUse[made.count] = span
          made.append(block)
        case .give(let index):
          inUse[index] = nil
          pool.give(back: made[index])
        }
      }
    }
  }
}

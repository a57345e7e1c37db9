import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The memory of all tensors: blocks that are given back are kept for the next tensor of their size,
/// so that a steady training step takes none from the system.
///
/// Batches of texts have another length each. So a large tensor may also get a block of up to four times
/// its size; and a large block that is taken from the system takes the place of a smaller one that
/// waits. The pool then holds about what the longest batch needs, not the sum over all lengths.
package final class StoragePool: Sendable {
  /// The pool of this process.
  package static let shared = StoragePool()

  /// A piece of memory and the size class it belongs to.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
  }

  /// What the pool has taken from the system since the start of the process.
  package struct Statistics: Sendable, Equatable {
    /// Blocks taken from the system.
    package var allocations = 0
    /// Bytes in those blocks, in use or waiting.
    package var byteCount = 0
  }

  private struct State {
    var waiting: [Int: [Block]] = [:]
    var statistics = Statistics()

    /// A block that waits; for a large size also the smallest larger one that will do, or else, to be
    /// freed, the largest smaller one.
    mutating func take(_ size: Int, isLarge: Bool) -> (found: Block?, outgrown: Block?) {
      if let block = waiting[size]?.popLast() { return (block, nil) }
      guard isLarge else { return (nil, nil) }
      let sizes = waiting.filter { !$0.value.isEmpty }.map(\.key)
      if let next = sizes.filter({ $0 > size && $0 <= 4 * size }).min() {
        return (waiting[next]?.popLast(), nil)
      }
      let smaller = sizes.filter { $0 < size && $0 >= 2 * StoragePool.pageSize }
      guard let last = smaller.max() else { return (nil, nil) }
      statistics.byteCount -= last
      return (nil, waiting[last]?.popLast())
    }
  }
  private let state = Mutex(State())

  /// What has been taken from the system so far.
  package var statistics: Statistics { state.withLock { $0.statistics } }

  private static let pageSize = 2 << 20

  /// Sizes are rounded up to an eighth of their power of two, so that little is wasted and windows
  /// of nearly equal length share blocks.
  private static func roundedSize(_ byteCount: Int) -> Int {
    let least = max(byteCount, 64)
    let power = 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount)
    let grain = max(64, power / 8)
    return (least + grain - 1) / grain * grain
  }

  func take(byteCount: Int) -> Block {
    let size = Self.roundedSize(byteCount)
    let isLarge = size >= 2 * Self.pageSize
    let (found, outgrown) = state.withLock { $0.take(size, isLarge: isLarge) }
    if let outgrown { free(outgrown.address) }
    if let found { return found }
    var address: UnsafeMutableRawPointer?
    let alignment = isLarge ? Self.pageSize : 64
    guard posix_memalign(&address, alignment, size) == 0, let address else {
      preconditionFailure("no memory for a tensor of \(byteCount) bytes")
    }
    if isLarge { madvise(address, size, MADV_HUGEPAGE) }
    state.withLock {
      $0.statistics.allocations += 1
      $0.statistics.byteCount += size
    }
    return Block(address: address, byteCount: size)
  }

  func give(back block: Block) {
    state.withLock { $0.waiting[block.byteCount, default: []].append(block) }
  }

  /// Returns the memory that no tensor uses to the system.
  package func trim() {
    let unused = state.withLock { state in
      let unused = state.waiting.values.flatMap { $0 }
      state.waiting.removeAll()
      state.statistics.byteCount -= unused.reduce(0) { $0 + $1.byteCount }
      return unused
    }
    for block in unused { free(block.address) }
  }
}

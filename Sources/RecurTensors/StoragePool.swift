import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The memory of all tensors: what is given back is kept for the next tensors, so that a steady
/// training step takes none from the system.
///
/// A small tensor gets a block that another of its size has given back; all others are cut out of
/// whatever others have given back (`PagePool`).
package final class StoragePool: Sendable {
  /// The pool of this process.
  package static let shared = StoragePool()

  /// A piece of memory.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
  }

  /// What the pool has taken from the system since the start of the process.
  package struct Statistics: Sendable, Equatable {
    /// How often memory was taken from the system.
    package var allocations = 0
    /// Bytes that were not returned to it, in use or waiting.
    package var byteCount = 0
  }

  private struct State {
    var waiting: [Int: [Block]] = [:]
    var blocks = Statistics()
    var pages = PagePool()
  }
  private let state = Mutex(State())

  /// What has been taken from the system so far.
  package var statistics: Statistics {
    state.withLock { state in
      let (blocks, pages) = (state.blocks, state.pages.statistics)
      return Statistics(
        allocations: blocks.allocations + pages.allocations,
        byteCount: blocks.byteCount + pages.byteCount)
    }
  }

  /// Whether a size is taken as a block of its own.
  private static func isSmall(_ size: Int) -> Bool { size < 128 << 10 }

  /// Large sizes are rounded up to whole pages, small ones to an eighth of their power of two, so that
  /// little is wasted and windows of nearly equal length share blocks. What lies between is rounded to
  /// steps that are no power of two: tensors that are read together then begin in other cache lines.
  private static func roundedSize(_ byteCount: Int) -> Int {
    func roundedUp(_ grain: Int) -> Int { (byteCount + grain - 1) / grain * grain }
    if PagePool.isWhole(byteCount) { return roundedUp(PagePool.pageSize) }
    if !isSmall(byteCount) { return min(roundedUp((16 << 10) + 64), 2 * PagePool.pageSize) }
    let power = 1 << (Int.bitWidth - 1 - max(byteCount, 64).leadingZeroBitCount)
    return max(64, roundedUp(max(64, power / 8)))
  }

  func take(byteCount: Int) -> Block {
    let size = Self.roundedSize(byteCount)
    let address = Self.isSmall(size) ? takeBlock(size) : takePages(size)
    guard let address else { preconditionFailure("no memory for a tensor of \(byteCount) bytes") }
    return Block(address: address, byteCount: size)
  }

  private func takePages(_ size: Int) -> UnsafeMutableRawPointer? {
    state.withLock { $0.pages.take(size) }.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }

  private func takeBlock(_ size: Int) -> UnsafeMutableRawPointer? {
    if let found = state.withLock({ $0.waiting[size]?.popLast() }) { return found.address }
    var address: UnsafeMutableRawPointer?
    if posix_memalign(&address, 64, size) != 0 {
      // What waits may be what the system lacks.
      trim()
      guard posix_memalign(&address, 64, size) == 0 else { return nil }
    }
    state.withLock {
      $0.blocks.allocations += 1
      $0.blocks.byteCount += size
    }
    return address
  }

  func give(back block: Block) {
    let start = UInt(bitPattern: block.address)
    state.withLock { state in
      if Self.isSmall(block.byteCount) {
        state.waiting[block.byteCount, default: []].append(block)
      } else {
        state.pages.give(back: start..<start + UInt(block.byteCount))
      }
    }
  }

  /// Returns the memory that no tensor uses to the system.
  package func trim() {
    let unused = state.withLock { state in
      state.pages.trim()
      let unused = state.waiting.values.flatMap { $0 }
      state.waiting.removeAll()
      state.blocks.byteCount -= unused.reduce(0) { $0 + $1.byteCount }
      return unused
    }
    for block in unused { free(block.address) }
  }
}

import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The memory of all tensors: what is given back is kept for the next tensors, so that a steady
/// training step takes none from the system.
///
/// A small tensor gets a block that another of its size has given back; a large one is cut out of
/// whatever large ones have given back (`PagePool`).
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

  private static func isLarge(_ size: Int) -> Bool { size >= 2 * PagePool.pageSize }

  /// Large sizes are rounded up to whole pages, small ones to an eighth of their power of two, so that
  /// little is wasted and windows of nearly equal length share blocks.
  private static func roundedSize(_ byteCount: Int) -> Int {
    let least = max(byteCount, 64)
    let power = 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount)
    let grain = isLarge(least) ? PagePool.pageSize : max(64, power / 8)
    return (least + grain - 1) / grain * grain
  }

  func take(byteCount: Int) -> Block {
    let size = Self.roundedSize(byteCount)
    let address = Self.isLarge(size) ? takePages(size) : takeBlock(size)
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
    state.withLock { state in
      if Self.isLarge(block.byteCount) {
        let start = UInt(bitPattern: block.address)
        state.pages.give(back: start..<start + UInt(block.byteCount))
      } else {
        state.waiting[block.byteCount, default: []].append(block)
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

/// The memory of a tensor, from the pool and back to it.
///
/// Written to only while uniquely referenced, so that sharing it between threads is safe.
final class TensorStorage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Real>
  let count: Int
  private let block: StoragePool.Block

  /// Takes memory with unspecified contents for `count` scalars.
  init(count: Int) {
    self.count = count
    block = StoragePool.shared.take(byteCount: count * MemoryLayout<Real>.stride)
    pointer = block.address.assumingMemoryBound(to: Real.self)
  }

  deinit { StoragePool.shared.give(back: block) }
}

#if canImport(Glibc)
  import Glibc
#endif

/// What the chunks of a job read, at one place from job to job and written only where it has changed.
///
/// A job of microseconds spends much of its time on what its caller has just written: each line of the cache has to
/// come from that core to every other. What a thread has read before and nobody has written since is with it already.
package final class StandingContext<Value: BitwiseCopyable>: @unchecked Sendable {
  // Written by the one caller that `pointer(to:)` is of, between jobs.

  private let place: UnsafeMutablePointer<Value>

  /// Takes memory of lines of their own.
  package init(_ value: Value) {
    let line = 64
    let size = (MemoryLayout<Value>.size + line - 1) / line * line
    place = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: line)
      .initializeMemory(as: Value.self, to: value)
  }

  deinit { place.deallocate() }

  /// Where `value` stands, until the next call.
  package func pointer(to value: Value) -> UnsafeMutablePointer<Value> {
    withUnsafeBytes(of: value) { bytes in
      guard let source = bytes.baseAddress, memcmp(place, source, bytes.count) != 0 else { return }
      memcpy(place, source, bytes.count)
    }
    return place
  }
}

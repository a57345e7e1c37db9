import CKernels
import Synchronization

/// What this machine can do at most, measured: the yardstick of every speed that is claimed.
public enum ProcessorSpeed {
  /// Floating-point operations per second, all in registers, with the vectors and the precision that
  /// the kernels use; the threads of `team` measure at the same time and their rates are added.
  ///
  /// - Parameter seconds: how long is measured.
  public static func peakOperationsPerSecond(
    _ team: ThreadTeam = .current, seconds: Double = 0.5
  ) -> Double {
    guard let kernels else { return 0 }
    var rates = [Double](repeating: 0, count: team.threadCount)
    rates.withUnsafeMutableBufferPointer { rates in
      team.forEachChunk(rates.count) { rates[$0] = recur_peak_flops(kernels, seconds) }
    }
    return rates.reduce(0, +)
  }

  /// The kernels whose vectors are meant.
  private static var kernels: UnsafePointer<recur_kernels_f32>? {
    let name = Kernels.name
    return recur_kernels_named_f32(name) ?? recur_bfloat16_kernels_named_f32(name)
      ?? recur_kernels_named_f32(nil)
  }

  /// Bytes per second that the threads of `team` read at the same time, added: again and again the same, from
  /// memory or from the cache that holds them.
  ///
  /// - Parameters:
  ///   - byteCount: the buffer of each thread; larger than the caches for the speed of memory.
  ///   - seconds: how long is measured.
  public static func readBytesPerSecond(
    _ team: ThreadTeam = .current, byteCount: Int = 256 << 20, seconds: Double = 0.5
  ) -> Double {
    guard let kernels else { return 0 }
    let count = max(byteCount / MemoryLayout<Real>.stride, 1024)
    // From where weights are taken, and written: untouched pages would all be the one page of zeros.
    let buffers = (0..<team.threadCount).map { _ in Tensor(repeating: 1, shape: [count]) }
    var rates = [Double](repeating: 0, count: team.threadCount)
    rates.withUnsafeMutableBufferPointer { rates in
      team.forEachChunk(rates.count) { chunk in
        rates[chunk] = recur_read_bandwidth(
          kernels, buffers[chunk].pointer, count * MemoryLayout<Real>.stride, seconds)
      }
    }
    return rates.reduce(0, +)
  }

  /// Seconds until all threads of `team` have come together for a job and are done with it: what a step costs
  /// that they share, besides the work.
  ///
  /// - Parameter seconds: how long is measured.
  public static func handOverSeconds(
    _ team: ThreadTeam = .current, seconds: Double = 0.1
  ) -> Double {
    let (clock, chunk) = (ContinuousClock(), 100)
    let start = clock.now
    var count = 0
    var meeting = Meeting(threads: team.threadCount)
    defer { meeting.arrived.deallocate() }
    repeat {
      for _ in 0..<chunk {
        meeting.arrived.pointee.store(0, ordering: .relaxed)
        team.forEachChunk(team.threadCount, of: &meeting) { context, _ in
          context?.assumingMemoryBound(to: Meeting.self).pointee.wait()
        }
      }
      count += chunk
    } while start.duration(to: clock.now) < .seconds(seconds)
    return start.duration(to: clock.now) / .seconds(1) / Double(count)
  }
}

/// Where the threads of a team wait for one another.
private struct Meeting {
  let threads: Int
  let arrived = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: 1)

  init(threads: Int) {
    self.threads = threads
    arrived.initialize(to: Atomic(0))
  }

  func wait() {
    arrived.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing)
    // So that nobody takes the part of another who is about to come; a busy team never comes.
    var patience = 100_000
    while patience > 0, arrived.pointee.load(ordering: .acquiring) < threads { patience -= 1 }
  }
}

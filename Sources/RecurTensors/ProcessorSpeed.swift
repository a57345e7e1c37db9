import CKernels

/// What this machine can do at most, measured: the yardstick of every speed that is claimed.
public enum ProcessorSpeed {
  /// Floating-point operations per second, all in registers, with the vectors and the precision that
  /// the kernels use; the threads of `team` measure at the same time and their rates are added.
  ///
  /// - Parameter seconds: how long is measured.
  public static func peakOperationsPerSecond(
    _ team: ThreadTeam = .current, seconds: Double = 0.5
  ) -> Double {
    let name = Kernels.name
    guard
      let kernels = recur_kernels_named_f32(name) ?? recur_bfloat16_kernels_named_f32(name)
        ?? recur_kernels_named_f32(nil)
    else { return 0 }
    var rates = [Double](repeating: 0, count: team.threadCount)
    rates.withUnsafeMutableBufferPointer { rates in
      team.forEachChunk(rates.count) { rates[$0] = recur_peak_flops(kernels, seconds) }
    }
    return rates.reduce(0, +)
  }

  /// Bytes per second that one thread of each of `team` reads at the same time from memory, added.
  ///
  /// - Parameters:
  ///   - byteCount: the buffer of each thread; larger than the caches for the speed of memory.
  ///   - seconds: how long is measured.
  public static func readBytesPerSecond(
    _ team: ThreadTeam = .current, byteCount: Int = 256 << 20, seconds: Double = 0.5
  ) -> Double {
    let count = max(byteCount / 4, 1024)
    var rates = [Double](repeating: 0, count: team.threadCount)
    rates.withUnsafeMutableBufferPointer { rates in
      team.forEachChunk(rates.count) { chunk in
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4, alignment: 64)
        defer { buffer.deallocate() }
        // Untouched pages would all be the one page of zeros.
        let floats = buffer.initializeMemory(as: Float.self, repeating: 1)
        rates[chunk] = recur_read_bandwidth(floats.baseAddress, count * 4, seconds)
      }
    }
    return rates.reduce(0, +)
  }
}

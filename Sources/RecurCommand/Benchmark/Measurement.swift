import Glibc

/// Durations of equal pieces of work.
struct Measurement {
  /// Seconds of each piece, in the order in which they were done.
  private(set) var seconds: [Double] = []

  /// Does pieces of work until there are enough: at least `least`, and for `duration` seconds.
  init(least: Int, duration: Double, _ work: () throws -> Void) rethrows {
    let start = MonotonicClock.seconds
    while seconds.count < least || MonotonicClock.seconds - start < duration {
      let begin = MonotonicClock.seconds
      try work()
      seconds.append(MonotonicClock.seconds - begin)
    }
  }

  /// The middle one of the durations.
  var median: Double {
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// The most memory that this process has held, in megabytes of 10⁶ bytes.
  static var peakMemory: Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }
}

import Recur

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

  /// The most memory that this program has held, in megabytes of 10⁶ bytes; 0 where nobody tells. What
  /// `getrusage` tells is no less than what the program that started this one held.
  static var peakMemory: Double {
    let status = try? InputFile.read("/proc/self/status", limit: 1 << 16)
    for line in String(decoding: status ?? [], as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("VmHWM:") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
        .map { $0 * 1024 / 1e6 } ?? 0
    }
    return 0
  }
}

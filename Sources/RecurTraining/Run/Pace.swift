/// How fast steps are: a mean of the durations of the last few hundred, because a batch of long texts
/// takes many times as long as one of short texts.
struct Pace {
  private(set) var stepCount = 0
  private(set) var characters = 0.0
  private(set) var seconds = 0.0
  private var mean = 0.0

  /// Takes in a step.
  mutating func add(seconds duration: Double, characters count: Double) {
    stepCount += 1
    characters += count
    seconds += duration
    // The first steps fill the pool of memory and are slower than the rest.
    mean =
      stepCount <= 3 ? duration : mean + max(0.005, 1 / Double(stepCount - 2)) * (duration - mean)
  }

  /// Characters in a second.
  var charactersPerSecond: Double { seconds > 0 ? characters / seconds : 0 }

  /// Seconds for a number of steps; nil before the mean means something.
  func seconds(for steps: Int) -> Double? {
    stepCount >= 3 ? mean * Double(steps) : nil
  }
}

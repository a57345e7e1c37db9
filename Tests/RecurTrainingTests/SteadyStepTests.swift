import Recur
import RecurTensors
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What a step costs in numbers that no load on the machine can change.
@Suite("A steady step of training")
struct SteadyStepTests {
  /// Trains on one window again and again, in a team of one thread.
  private func train(
    _ cell: CellKind, steps: Int, hiddenSize: Int = 10, batchSize: Int = 4, windowLength: Int = 9,
    _ observe: (ThreadTeam, () throws -> Void) throws -> Void
  ) throws {
    let tokens = (0...batchSize * windowLength).map { Int32(($0 * $0 + $0 / 3) % 11) }
    let windows = ContiguousBatches(tokens, batchSize: batchSize, windowLength: windowLength)
    var generator = SeededGenerator(seed: 3)
    var model = try LanguageModel(
      LanguageModelConfiguration(
        cell: cell, vocabularySize: 11, embeddingSize: 6, hiddenSizes: [hiddenSize, hiddenSize],
        dropout: 0.2), using: &generator)
    var trainer = Trainer(optimizer: Adam(), clippingNorm: 1)
    var carry: Carry?
    let team = ThreadTeam(threadCount: 1)
    try ThreadTeam.$current.withValue(team) {
      for _ in 0..<steps {
        try observe(team) {
          (_, carry) = try trainer.step(&model, on: windows[0], from: carry)
        }
      }
    }
  }

  /// Pages that the calling thread was the first to touch.
  private var freshPageCount: Int {
    var usage = rusage()
    // RUSAGE_THREAD, which the system's header keeps from Swift.
    getrusage(1, &usage)
    return usage.ru_minflt
  }

  @Test(
    "It takes no memory from the system and touches no fresh page",
    arguments: CellKind.allCases, [10, 128])
  func memory(_ cell: CellKind, hiddenSize: Int) throws {
    let isLarge = hiddenSize == 128
    // Other tests share the pool, so a few steps may see their allocations; ours would be in all.
    var quietSteps = 0
    try train(
      cell, steps: 20, hiddenSize: hiddenSize, batchSize: isLarge ? 64 : 4,
      windowLength: isLarge ? 64 : 9
    ) { _, step in
      let (taken, pages) = (StoragePool.shared.statistics, freshPageCount)
      try step()
      if StoragePool.shared.statistics == taken, freshPageCount == pages { quietSteps += 1 }
    }
    #expect(quietSteps >= 10)
  }

  @Test(
    "It hands work to the team as often as ever", .enabled(if: Kernels.name != "portable"),
    arguments: [(CellKind.rnnTanh, 57), (.lstm, 57), (.gru, 67)])
  func kernelRuns(_ cell: CellKind, expected: Int) throws {
    var counts: [Int] = []
    try train(cell, steps: 3) { team, step in
      let before = team.runCount
      try step()
      counts.append(team.runCount - before)
    }
    // The first step begins with no state to multiply.
    #expect(counts.dropFirst() == [expected, expected])
  }
}

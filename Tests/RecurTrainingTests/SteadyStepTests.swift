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
  private static func train(
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

  /// Memory that is new to the process.
  private struct Cost: Equatable {
    var allocations = 0
    /// Pages that the calling thread was the first to touch.
    var freshPages = 0

    static var soFar: Cost {
      var usage = rusage()
      // RUSAGE_THREAD, which the system's header keeps from Swift.
      getrusage(1, &usage)
      return Cost(
        allocations: StoragePool.shared.statistics.allocations, freshPages: usage.ru_minflt)
    }

    static func - (after: Cost, before: Cost) -> Cost {
      Cost(
        allocations: after.allocations - before.allocations,
        freshPages: after.freshPages - before.freshPages)
    }
  }

  @Test(
    "It takes no memory from the system and touches no fresh page", arguments: CellKind.allCases)
  func memory(_ cell: CellKind) async {
    // In a process of its own, because every test of this one takes memory from the same pool.
    await #expect(processExitsWith: .success) { [cell] in
      for (hiddenSize, batchSize, windowLength) in [(10, 4, 9), (128, 64, 64)] {
        var costs: [Cost] = []
        try SteadyStepTests.train(
          cell, steps: 20, hiddenSize: hiddenSize, batchSize: batchSize, windowLength: windowLength
        ) { _, step in
          let before = Cost.soFar
          try step()
          costs.append(Cost.soFar - before)
        }
        let last = costs.suffix(10)
        #expect(last.allSatisfy { $0.allocations == 0 }, "\(hiddenSize) units: \(costs)")
        // A busy system moves a page now and then; one that a step asks for would be in all.
        #expect(last.count { $0.freshPages == 0 } >= 5, "\(hiddenSize) units: \(costs)")
      }
    }
  }

  @Test(
    "It hands work to the team as often as ever", .enabled(if: Kernels.name != "portable"),
    arguments: [(CellKind.rnnTanh, 55), (.lstm, 55), (.gru, 63)])
  func kernelRuns(_ cell: CellKind, expected: Int) throws {
    var counts: [Int] = []
    try Self.train(cell, steps: 3) { team, step in
      let before = team.runCount
      try step()
      counts.append(team.runCount - before)
    }
    // The first step begins with no state to multiply.
    #expect(counts.dropFirst() == [expected, expected])
  }
}

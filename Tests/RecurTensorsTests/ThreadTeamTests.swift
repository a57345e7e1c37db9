import RecurTensors
import Synchronization
import Testing

@Suite("The team of threads")
struct ThreadTeamTests {
  /// How often each chunk of a job ran.
  private final class Tally: Sendable {
    private let runs: Mutex<[Int]>
    init(_ count: Int) { runs = Mutex(Array(repeating: 0, count: count)) }
    func add(_ chunk: Int) { runs.withLock { $0[chunk] += 1 } }
    var isOnceEach: Bool { runs.withLock { $0.allSatisfy { $0 == 1 } } }
  }

  @Test("Every chunk runs exactly once", arguments: 1...5)
  func everyChunkRunsOnce(_ threads: Int) {
    let team = ThreadTeam(threadCount: threads)
    for round in 0..<50 {
      for count in [0, 1, 2, 3, 5, 64, 257] {
        let tally = Tally(count)
        team.forEachChunk(count) { tally.add($0) }
        #expect(tally.isOnceEach, "round \(round), \(count) chunks")
      }
    }
  }

  @Test("A call inside a chunk is done by its caller", arguments: 1...3)
  func nestedCallsRun(_ threads: Int) {
    let team = ThreadTeam(threadCount: threads)
    let tally = Tally(7 * 11)
    team.forEachChunk(7) { outer in
      team.forEachChunk(11) { inner in tally.add(outer * 11 + inner) }
    }
    #expect(tally.isOnceEach)
  }

  @Test("Several tasks share one team")
  func tasksShareATeam() async {
    let team = ThreadTeam(threadCount: 3)
    let tallies = (0..<8).map { _ in Tally(40 * 9) }
    await withTaskGroup(of: Void.self) { group in
      for tally in tallies {
        group.addTask {
          for round in 0..<40 { team.forEachChunk(9) { tally.add(round * 9 + $0) } }
        }
      }
    }
    #expect(tallies.allSatisfy { $0.isOnceEach })
  }

  @Test("Threads that have slept wake up")
  func sleepersWake() async throws {
    let team = ThreadTeam(threadCount: 2)
    for _ in 0..<5 {
      try await Task.sleep(nanoseconds: 3_000_000)
      let tally = Tally(100)
      team.forEachChunk(100) { tally.add($0) }
      #expect(tally.isOnceEach)
    }
  }

  @Test("Parts cover everything once, in multiples", arguments: 1...4)
  func partsCoverEverything(_ threads: Int) {
    let team = ThreadTeam(threadCount: threads)
    for count in [0, 1, 15, 16, 17, 100, 1000] {
      for multiple in [1, 16, 64] {
        let tally = Tally(count)
        let starts = Mutex<[Int]>([])
        team.forEachPart(of: count, multiple: multiple) { part in
          starts.withLock { $0.append(part.lowerBound) }
          for index in part { tally.add(index) }
        }
        #expect(tally.isOnceEach, "\(count) in multiples of \(multiple)")
        let found = starts.withLock { $0 }
        #expect(found.allSatisfy { $0 % multiple == 0 })
        #expect(found.count <= threads)
      }
    }
  }

  @Test("Teams come and go without losing work")
  func teamsEnd() {
    for threads in 1...4 {
      for _ in 0..<10 {
        let tally = Tally(20)
        ThreadTeam(threadCount: threads).forEachChunk(20) { tally.add($0) }
        #expect(tally.isOnceEach)
      }
    }
  }
}

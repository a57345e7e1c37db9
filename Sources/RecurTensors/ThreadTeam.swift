import CKernels
import Synchronization

/// A persistent team of threads for the numerical work.
///
/// Work is cut so that every output element is summed by one thread in one order; results are
/// therefore the same bits for any number of threads. The team of the current task is `current`:
///
///     ThreadTeam.$current.withValue(ThreadTeam(threadCount: 1)) { … }
public final class ThreadTeam: Sendable {
  /// The team that computes for the current task: by default one thread for each processor.
  @TaskLocal public static var current = ThreadTeam(threadCount: availableProcessorCount)

  /// The processors that this process may run on.
  public static var availableProcessorCount: Int { Int(recur_processor_count()) }

  /// Threads of the team, the caller's included.
  public let threadCount: Int

  private struct Handle: @unchecked Sendable {
    // The C team locks itself; the pointer never changes.
    let pointer: OpaquePointer
  }
  private let handle: Handle
  private let runs = Atomic(0)

  /// How often work was handed to this team: what a computation asks of the kernels. A training step's is
  /// the same for any number of threads.
  package var runCount: Int { runs.load(ordering: .relaxed) }

  /// Starts a team.
  ///
  /// - Parameter threadCount: Threads, the caller's included; at least 1. Fewer are used where the
  ///   system gives fewer.
  public init(threadCount: Int) {
    precondition(threadCount >= 1, "a team of \(threadCount) threads")
    guard let team = recur_team_create(Int32(clamping: min(threadCount, 1024))) else {
      preconditionFailure("no memory for a team of \(threadCount) threads")
    }
    handle = Handle(pointer: team)
    self.threadCount = Int(recur_team_threads(team))
  }

  deinit { recur_team_destroy(handle.pointer) }

  /// Runs `body` once for each chunk in `0..<count` and returns when all are done.
  ///
  /// A call inside `body`, or while another task's call runs, is done by its caller alone.
  package func forEachChunk(_ count: Int, _ body: (Int) -> Void) {
    runs.wrappingAdd(1, ordering: .relaxed)
    withoutActuallyEscaping(body) { body in
      var body = body
      withUnsafeMutablePointer(to: &body) { pointer in
        recur_team_run(
          handle.pointer,
          { context, chunk in
            guard let context else { return }
            context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(chunk))
          }, pointer, Int64(count))
      }
    }
  }

  /// As `forEachChunk(_:_:)` for work of microseconds: threads that run a closure count references to what it
  /// captures, all on one line of the cache.
  ///
  /// - Parameters:
  ///   - count: The number of chunks.
  ///   - context: What `body` gets.
  ///   - body: Runs a chunk.
  package func forEachChunk(
    _ count: Int, of context: UnsafeMutableRawPointer,
    _ body: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Void
  ) {
    runs.wrappingAdd(1, ordering: .relaxed)
    recur_team_run(handle.pointer, body, context, Int64(count))
  }

  /// Cuts `0..<count` into one part for each thread, in multiples of `multiple`, and runs `body` on
  /// each part. Only for work whose result does not depend on where it is cut.
  package func forEachPart(
    of count: Int, multiple: Int = 1, _ body: (Range<Int>) -> Void
  ) {
    let units = (count + multiple - 1) / multiple
    let parts = max(1, min(threadCount, units))
    forEachChunk(parts) { part in
      let begin = min(count, units * part / parts * multiple)
      let end = min(count, units * (part + 1) / parts * multiple)
      if begin < end { body(begin..<end) }
    }
  }
}

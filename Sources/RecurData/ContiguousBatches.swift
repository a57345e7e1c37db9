/// A stream of tokens cut into B tracks of equal length that are read side by side, T steps at a time.
///
///     track 0:  t0  t1  t2  t3 | t4  t5  t6  t7 | t8 …
///     track 1:  u0  u1  u2  u3 | u4  u5  u6  u7 | u8 …
///                  window 0         window 1
///
/// Window i + 1 goes on, in every track, where window i ends: a state carried from window to window
/// sees each track as one text. The target of a token is the one after it, so every token but the
/// first of a track is predicted exactly once; the last token of a track is the first of the next.
/// What is left over at the end of the stream, fewer than B tokens, is not used.
public struct ContiguousBatches: Sendable, RandomAccessCollection {
  private let tokens: [Int32]
  /// B: the number of tracks.
  public let batchSize: Int
  /// T: the number of steps of a window; the last window may be shorter.
  public let windowLength: Int
  /// The number of steps of a track.
  public let trackLength: Int

  /// Cuts a stream.
  ///
  /// - Parameters:
  ///   - tokens: the stream, at least `batchSize + 1` tokens long (one step in each track). For a
  ///     stream that comes from a user, see `check`.
  ///   - batchSize: B, at least 1.
  ///   - windowLength: T, at least 1.
  public init(_ tokens: [Int32], batchSize: Int, windowLength: Int) {
    precondition(batchSize >= 1 && windowLength >= 1, "batches of (\(windowLength), \(batchSize))")
    precondition(
      tokens.count > batchSize, "\(tokens.count) tokens give no step in \(batchSize) tracks")
    self.tokens = tokens
    self.batchSize = batchSize
    self.windowLength = windowLength
    trackLength = (tokens.count - 1) / batchSize
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of windows.
  public var endIndex: Int { 1 + (trackLength - 1) / windowLength }

  /// How many tokens one pass predicts.
  public var predictionCount: Int { trackLength * batchSize }

  /// The window of the steps from `position * windowLength` on.
  ///
  /// - Parameter position: from 0 to `count - 1`.
  public subscript(position: Int) -> Window {
    precondition(indices.contains(position), "window \(position) of \(count)")
    let begin = position * windowLength
    let length = Swift.min(windowLength, trackLength - begin)
    return Window(
      inputs: transposed(from: begin, length: length),
      targets: transposed(from: begin + 1, length: length), length: length, batchSize: batchSize)
  }

  /// The tokens from step `begin` of every track, time-major.
  private func transposed(from begin: Int, length: Int) -> [Int32] {
    Array(unsafeUninitializedCapacity: length * batchSize) { result, count in
      tokens.withUnsafeBufferPointer { tokens in
        for track in 0..<batchSize {
          let source = track * trackLength + begin
          for step in 0..<length {
            result.initializeElement(at: step * batchSize + track, to: tokens[source + step])
          }
        }
      }
      count = length * batchSize
    }
  }
}

import RecurData
import RecurFiles
import Testing

@Suite("Contiguous batches")
struct ContiguousBatchesTests {
  @Test("Windows of each track, one after another, are the stream", arguments: [1, 2, 3, 4, 7, 22])
  func tracksAreTheStream(windowLength: Int) {
    let tokens = (0..<47).map { Int32($0 * 3) }
    let batches = ContiguousBatches(tokens, batchSize: 2, windowLength: windowLength)
    #expect(batches.trackLength == 23)
    #expect(batches.count == (23 + windowLength - 1) / windowLength)
    var tracks: [[Int32]] = [[], []]
    var targets = tracks
    for window in batches {
      #expect(window.batchSize == 2)
      for step in 0..<window.length {
        for track in 0..<2 {
          tracks[track].append(window.inputs[step * 2 + track])
          targets[track].append(window.targets[step * 2 + track])
        }
      }
    }
    #expect(tracks[0] + tracks[1] == Array(tokens[..<46]))
    #expect(targets[0] + targets[1] == Array(tokens[1...]))
    #expect(batches.predictionCount == 46)
  }

  @Test("Only the last window is shorter")
  func lastWindow() {
    let batches = ContiguousBatches(Array(0..<32), batchSize: 3, windowLength: 4)
    #expect(batches.map(\.length) == [4, 4, 2])
    #expect(batches[2].inputs == [8, 18, 28, 9, 19, 29])
    #expect(batches[2].targets == [9, 19, 29, 10, 20, 30])
    #expect(ContiguousBatches(Array(0..<4), batchSize: 3, windowLength: 4).map(\.length) == [1])
  }

  @Test("Data that are too short are explained with the flags to change")
  func tooShort() throws {
    #expect(throws: Never.self) {
      try ContiguousBatches.check(count: 2049, batchSize: 32, windowLength: 64)
    }
    let error = #expect(throws: RecurError.self) {
      try ContiguousBatches.check(
        count: 12, batchSize: 32, windowLength: 64, unit: "characters", path: "a.txt")
    }
    #expect(error?.kind == .badData)
    #expect(
      error?.what == "12 characters are fewer than one window of 64 in each of 32 tracks")
    #expect(error?.hint.contains("--window") == true)
    #expect(error?.place?.path == "a.txt")
    let medium = #expect(throws: RecurError.self) {
      try ContiguousBatches.check(count: 1000, batchSize: 32, windowLength: 64)
    }
    #expect(medium?.hint.contains("--window to 31") == true)
  }

  @Test("Sizes that no machine has are refused", arguments: [0, -1, Int.max, Int.min])
  func absurdSizes(size: Int) {
    for (batchSize, windowLength) in [(size, 4), (4, size)] {
      let error = #expect(throws: RecurError.self) {
        try ContiguousBatches.check(count: 100, batchSize: batchSize, windowLength: windowLength)
      }
      #expect(error?.kind == .usage)
    }
  }
}

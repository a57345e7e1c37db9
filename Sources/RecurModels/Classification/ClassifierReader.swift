import RecurCore
import RecurGradients
import RecurLayers
import RecurTensors

/// Reads texts of any lengths side by side, without a tape and in memory of a fixed size: a chunk of
/// steps for all rows at a time, the state and the pooled sums handed on. A row whose text has ended
/// takes the next one.
///
/// What a text gives depends neither on those beside it nor on the number of threads, to the bit, where Recur's
/// own kernels multiply (decision 10).
struct ClassifierReader: Sendable {
  private enum Core: Sendable {
    case forward(StackReader)
    case both(Bidirectional, embedding: Tensor)
  }

  private let core: Core
  private let pooling: SequencePooling
  /// The state before the first step, of one row.
  private let initial: Carry
  /// A core of both directions reads a text in segments of this many tokens: the forward direction goes
  /// on from one to the next, the backward direction begins anew at the end of each (as in Zhang and
  /// others, "Highway Long Short-Term Memory RNNs for Distant Speech Recognition", ICASSP 2016).
  private let segmentLength: Int

  init(_ model: SequenceClassifier) {
    pooling = model.pooling
    segmentLength = model.configuration.maximumTokens
    switch model.core {
    case .forward(let stack):
      core = .forward(StackReader(stack, embedding: model.embedding.weight.value))
      initial = stack.initialCarry(batchSize: 1)
    case .both(let stack):
      core = .both(stack, embedding: model.embedding.weight.value)
      initial = ClassifierCore.initialCarry(of: stack)
    }
  }

  private init(_ core: Core, _ pooling: SequencePooling, _ initial: Carry, _ segmentLength: Int) {
    (self.core, self.pooling) = (core, pooling)
    (self.initial, self.segmentLength) = (initial, segmentLength)
  }

  /// A reader for many tokens: what is done once for each token of the vocabulary is done in advance
  /// where it pays.
  func prepared(forTokens count: Int) -> ClassifierReader {
    guard case .forward(let reader) = core, count / 4 >= reader.vocabularySize else { return self }
    return ClassifierReader(.forward(reader.folded()), pooling, initial, segmentLength)
  }

  /// What has been read of some rows: the state of the core and of the pooling.
  struct Progress: Sendable {
    var carry: Carry
    var pooled: PooledSteps

    /// The same rows in the order given; rows that begin where nil is named.
    func rows(_ indices: [Int?], initial: Carry) -> Progress {
      var result = Progress(
        carry: initial.rows(Array(repeating: 0, count: indices.count)),
        pooled: pooled.rows(indices))
      for (row, index) in indices.enumerated() {
        if let index { result.carry.replaceRow(row, by: carry, index) }
      }
      return result
    }

    /// Takes a row of another.
    mutating func replaceRow(_ row: Int, by other: Progress, _ index: Int) {
      pooled.replaceRow(row, by: other.pooled, index)
      carry.replaceRow(row, by: other.carry, index)
    }
  }

  /// The state before the first step.
  func start(rows: Int) -> Progress {
    Progress(
      carry: initial.rows(Array(repeating: 0, count: rows)), pooled: pooling.start(rows: rows))
  }

  /// Reads the next steps of every row.
  ///
  /// - Parameters:
  ///   - tokens: (T, B), time-major. For both directions this is a whole segment, or the last one.
  ///   - lengths: The steps that count, from 1 to T.
  func read(_ tokens: [Int32], lengths: [Int32], _ progress: inout Progress) {
    let batch = lengths.count
    let outputs: Tensor
    switch core {
    case .forward(let reader):
      (outputs, progress.carry) = reader.read(
        tokens, batchSize: batch, lengths: lengths, from: progress.carry)
    case .both(let stack, let embedding):
      let result = stack.unroll(
        tokens: tokens, embedding: Variable(embedding), batchSize: batch, lengths: lengths,
        from: progress.carry)
      outputs = result.outputs.value
      progress.carry = ClassifierCore.beginningBackwardAnew(result.carry)
    }
    progress.pooled.append(outputs, lengths: lengths, attention: pooling.weight?.value)
  }

  /// Reads as many of the next tokens of a single row as make whole segments, and drops them.
  func readWhole(_ tokens: inout [Int32], _ progress: inout Progress) {
    var read = 0
    while read < tokens.count {
      let count: Int
      switch core {
      case .forward: count = min(1024, tokens.count - read)
      case .both: count = segmentLength
      }
      // A last segment of both directions waits for its end.
      if read + count > tokens.count { break }
      self.read(Array(tokens[read..<read + count]), lengths: [Int32(count)], &progress)
      read += count
    }
    tokens.removeFirst(read)
  }

  /// Reads whole texts.
  ///
  /// - Parameters:
  ///   - texts: Texts of any length; the tokens must be below V.
  ///   - finish: Called once for each text that is not empty, in no certain order: its position, and
  ///     where its end stands.
  func read(_ texts: [ArraySlice<Int32>], _ finish: (Int, Progress, _ row: Int) -> Void) {
    // The longest first: the short ones fill what these leave at the end.
    var waiting = texts.indices.filter { !texts[$0].isEmpty }
      .sorted { (texts[$0].count, $1) < (texts[$1].count, $0) }
    var live: [(text: Int, read: Int)] = []
    let rows = rowLimit
    while live.count < rows, let next = waiting.popLast() { live.append((next, 0)) }
    var progress = start(rows: live.count)
    while !live.isEmpty {
      let lengths = chunkLengths(live.map { texts[$0.text].count - $0.read })
      let steps = Int(lengths.max() ?? 0)
      var tokens = [Int32](repeating: 0, count: steps * live.count)
      for (row, place) in live.enumerated() {
        let text = texts[place.text]
        for step in 0..<Int(lengths[row]) {
          tokens[step * live.count + row] = text[text.startIndex + place.read + step]
        }
      }
      read(tokens, lengths: lengths, &progress)
      var kept: [Int?] = []
      var next: [(text: Int, read: Int)] = []
      for (row, place) in live.enumerated() {
        let read = place.read + Int(lengths[row])
        if read < texts[place.text].count {
          kept.append(row)
          next.append((place.text, read))
        } else {
          finish(place.text, progress, row)
          guard let text = waiting.popLast() else { continue }
          kept.append(nil)
          next.append((text, 0))
        }
      }
      if kept.count < live.count || kept.contains(nil) {
        progress = progress.rows(kept, initial: initial)
      }
      live = next
    }
  }

  /// The texts that are read side by side: as many as keep the kernels busy. With more of them, fewer are left to
  /// stand beside the longest at the end.
  private var rowLimit: Int {
    switch core {
    case .forward: 2 * Kernels.rowsTogether * min(16, ThreadTeam.current.threadCount)
    case .both: max(1, min(64, 16384 / segmentLength))
    }
  }

  /// How many steps of each row are read next.
  private func chunkLengths(_ remaining: [Int]) -> [Int32] {
    let most =
      switch core {
      // Until the first text ends: a row without a text costs as much as one with a text.
      case .forward: min(64, max(8, remaining.min() ?? 0))
      case .both: segmentLength
      }
    return remaining.map { Int32(min(most, $0)) }
  }
}

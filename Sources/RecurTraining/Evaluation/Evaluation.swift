import RecurCore
import RecurData
public import RecurFiles
public import RecurModels
public import RecurTensors
public import RecurText

/// Measures a language model on a text.
///
/// The text is cut into K tracks that are read side by side. Each track but the first is read from
/// some tokens before its own part on, whose losses do not count: the state is warm when the part
/// begins, and the sum is very nearly that of one pass over the whole text, which `tracks: 1` is
/// exactly. Every token but the first of the text is predicted once. How the cut is made depends on
/// the text's length alone, never on the batches of a training.
public struct Evaluation: Sendable {
  /// K; nil for as many as leave each at least 2,048 tokens, up to 32.
  public var tracks: Int?
  /// Tokens that warm the state of a track up.
  public var warmUp: Int
  /// What is kept of the model's weights: how well a model predicts that computes with less.
  public var weights: InferenceWeights

  /// Sets up an evaluation.
  public init(tracks: Int? = nil, warmUp: Int = 256, weights: InferenceWeights = .unchanged) {
    precondition(tracks ?? 1 >= 1 && warmUp >= 0, "\(tracks ?? 0) tracks, warm-up \(warmUp)")
    self.tracks = tracks
    self.warmUp = warmUp
    self.weights = weights
  }

  /// The losses of all tokens but the first, in nats, in the order of the text.
  ///
  /// - Throws: `.badData` for a text of fewer than two tokens.
  public func losses(
    of tokens: [Int32], under model: LanguageModel
  ) throws(RecurError) -> [Double] {
    var result = [Double](repeating: 0, count: max(tokens.count - 1, 0))
    _ = try forEachLoss(of: tokens, under: model, { false }) { position, nats in
      result[position] = nats
    }
    return result
  }

  /// The sum of the losses, and what it is the sum of.
  ///
  /// - Throws: `.badData` for a text of fewer than two tokens.
  public func report(
    of tokens: [Int32], under model: LanguageModel, _ measure: TokenMeasure
  ) throws(RecurError) -> EvaluationReport {
    guard let report = try report(of: tokens, under: model, measure, isCancelled: { false }) else {
      throw RecurError(.bug, "an evaluation ended by itself", hint: "please report this")
    }
    return report
  }

  /// As `report(of:under:_:)`; nil where `isCancelled` was true before the end.
  func report(
    of tokens: [Int32], under model: LanguageModel, _ measure: TokenMeasure,
    isCancelled: () -> Bool
  ) throws(RecurError) -> EvaluationReport? {
    var nats = 0.0
    let isComplete = try forEachLoss(of: tokens, under: model, isCancelled) { _, loss in
      nats += loss
    }
    guard isComplete else { return nil }
    let predicted = tokens.dropFirst()
    return EvaluationReport(
      nats: nats, tokenCount: predicted.count,
      characterCount: measure.characterCount(of: predicted),
      byteCount: measure.byteCount(of: predicted))
  }

  /// The report for a text that is still to be encoded.
  ///
  /// - Throws: `.badData` for a text of fewer than two tokens.
  public func report(
    of corpus: Corpus, under model: LanguageModel, _ tokenizer: Tokenizer
  ) throws(RecurError) -> EvaluationReport {
    try report(
      of: tokenizer.encode(corpus), under: model, TokenMeasure(tokenizer.vocabulary))
  }

  /// K for a text.
  private func trackCount(of tokenCount: Int) -> Int {
    let count = max(tokenCount - 1, 1)
    return min(tracks ?? min(max(count / 2048, 1), 32), count)
  }

  /// The tokens of a window: as many as have 16 MiB of logits, but at least one in each track.
  func windowTokenCount(of tokenCount: Int, vocabularySize: Int) -> Int {
    let tracks = trackCount(of: tokenCount)
    return tracks * min(max((1 << 22) / (tracks * vocabularySize), 1), 256)
  }

  /// Calls `body` with each loss and the position of its token, less one; false where it was cancelled.
  private func forEachLoss(
    of tokens: [Int32], under model: LanguageModel, _ isCancelled: () -> Bool,
    _ body: (Int, Double) -> Void
  ) throws(RecurError) -> Bool {
    let count = tokens.count - 1
    guard count >= 1 else {
      throw RecurError(
        .badData, "a text of \(tokens.count) tokens has nothing to predict",
        hint: "give a text of at least two tokens")
    }
    let tracks = trackCount(of: tokens.count)
    let length = (count + tracks - 1) / tracks
    let windowLength =
      windowTokenCount(of: tokens.count, vocabularySize: model.vocabularySize) / tracks
    let warmUp = tracks == 1 ? 0 : min(self.warmUp, length)
    var carry: Carry?
    // Weights that are packed for inference go through a text step by step.
    var stepper = weights == .unchanged ? nil : LanguageModelStepper(model, rows: tracks, weights)
    var begin = -warmUp
    while begin < length {
      if isCancelled() { return false }
      // A window never reaches from the warm-up into the part that counts.
      let end = min(begin + windowLength, begin < 0 ? 0 : length)
      let window = Self.window(of: tokens, begin..<end, tracks: tracks, trackLength: length)
      let nats: [Double]
      if stepper != nil {
        nats = stepper?.losses(of: window) ?? []
        carry = stepper?.carry
      } else {
        (nats, carry) = model.losses(of: window, from: carry)
      }
      // What came before the text was filler: the first track begins with the initial state.
      if begin < 0, let next = carry {
        var fresh = next
        fresh.replaceRow(0, by: model.stack.initialCarry(batchSize: 1), 0)
        carry = fresh
        stepper?.carry = fresh
      }
      if begin >= 0 {
        for track in 0..<tracks {
          for step in begin..<end where track * length + step < min((track + 1) * length, count) {
            body(track * length + step, nats[(step - begin) * tracks + track])
          }
        }
      }
      begin = end
    }
    return true
  }

  /// The steps of a range in each track, a step below 0 being one of the warm-up; filler where a step
  /// lies outside of the text.
  private static func window(
    of tokens: [Int32], _ steps: Range<Int>, tracks: Int, trackLength: Int
  ) -> Window {
    var inputs: [Int32] = []
    var targets: [Int32] = []
    for step in steps {
      for track in 0..<tracks {
        let position = track * trackLength + step
        let isInside = position >= 0 && position + 1 < tokens.count
        inputs.append(isInside ? tokens[position] : 0)
        targets.append(isInside && step >= 0 ? tokens[position + 1] : -1)
      }
    }
    return Window(inputs: inputs, targets: targets, length: steps.count, batchSize: tracks)
  }
}

import RecurCore
public import RecurFiles
public import RecurTensors
public import RecurText

/// Writes text with a model, token by token, several samples together.
///
///     var generator = try TextGenerator(model, tokenizer, prompt: "ROMEO:", length: 300, seed: 7)
///     while let pieces = generator.next() { for piece in pieces { show(piece.text) } }
///
/// The prompt is fed once, in one go, for all samples; it is not a part of the text. A line break is fed
/// before it, so that it begins as a line does: the initial state, which a training of long streams
/// hardly ever sees, would make anything of a first character. Each sample has a random stream of its own,
/// made from the seed and its number: sample 3 of 8 is sample 3 of 4.
public struct TextGenerator: Sequence, IteratorProtocol, Sendable {
  private struct Row: Sendable {
    var generator: SeededGenerator
    var decoder: Tokenizer.StreamingDecoder
    var stop: StopText
    /// The last tokens, as many as the repetition penalty looks at.
    var history: [Int32]
    var lastToken: Int32 = 0
    var isEnded = false
  }

  private var rows: [Row]
  private var stepper: LanguageModelStepper
  private var sampler: Sampler
  /// (B, V), or (1, V) after the prompt, which all rows share.
  private var logits: Tensor
  private var drawn = 0
  private let length: Int
  private let historyLength: Int

  /// The most samples that go through the model together: 4,096.
  public static let maximumSampleCount = 4096

  /// Feeds the prompt.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - tokenizer: The tokenizer that the model was trained with.
  ///   - prompt: The text to go on from.
  ///   - sampleCount: How many samples.
  ///   - length: The most tokens of each sample.
  ///   - sampling: How tokens are drawn.
  ///   - stops: Texts that end a sample; they are not given out themselves. Only generated text
  ///     counts, not the prompt.
  ///   - seed: What all randomness is drawn from.
  ///   - weights: What is kept of the model's weights; everything by default.
  /// - Throws: `.badConfiguration` for settings that cannot be, `.badData` where the tokenizer is
  ///   not the model's.
  public init(
    _ model: consuming LanguageModel, _ tokenizer: Tokenizer, prompt: String = "",
    sampleCount: Int = 1, length: Int = 500, sampling: Sampling = Sampling(), stops: [String] = [],
    seed: UInt64 = 0, weights: InferenceWeights = .unchanged
  ) throws(RecurError) {
    try sampling.validate()
    guard (1...Self.maximumSampleCount).contains(sampleCount), length >= 0 else {
      throw RecurError(
        .badConfiguration, "\(sampleCount) samples of \(length) tokens",
        hint: "choose 1 to \(Self.maximumSampleCount) samples and a length of 0 or more")
    }
    guard tokenizer.vocabulary.count == model.vocabularySize else {
      throw RecurError(
        .badData,
        "the tokenizer has \(tokenizer.vocabulary.count) tokens, the model \(model.vocabularySize)",
        hint: "use the tokenizer that the model was trained with")
    }
    let given = tokenizer.encode(prompt)
    var tokens = tokenizer.encode("\n") + given
    // A tokenizer that takes a line break away leaves the first token to begin with.
    if tokens.isEmpty { tokens = [0] }
    var stepper = LanguageModelStepper(consume model, rows: 1, weights)
    logits = stepper.feed(tokens)
    self.stepper = LanguageModelStepper(
      sharing: stepper, rows: sampleCount,
      from: stepper.carry.rows(Array(repeating: 0, count: sampleCount)))
    self.length = length
    sampler = Sampler(sampling)
    historyLength = sampling.repetitionPenalty == 1 ? 0 : sampling.repetitionWindow
    let history = Array(given.suffix(historyLength))
    rows = (0..<sampleCount).map { index in
      Row(
        generator: SeededGenerator(seed: SeededGenerator.mixed(seed &+ UInt64(index))),
        decoder: tokenizer.streamingDecoder(), stop: StopText(stops), history: history)
    }
  }

  /// Draws the next token of every sample that goes on.
  ///
  /// - Returns: A piece for each of them, in order of row; nil when all samples have ended.
  public mutating func next() -> [TextPiece]? {
    if drawn == length || rows.allSatisfy(\.isEnded) { return nil }
    if drawn > 0 { logits = stepper.step(rows.map(\.lastToken)) }
    drawn += 1
    var pieces: [TextPiece] = []
    pieces.reserveCapacity(rows.count)
    let columns = logits.shape[1]
    let isShared = logits.shape[0] == 1
    logits.withUnsafeBuffer { all in
      for index in rows.indices where !rows[index].isEnded {
        let start = isShared ? 0 : index * columns
        pieces.append(draw(row: index, UnsafeBufferPointer(rebasing: all[start..<start + columns])))
      }
    }
    return pieces
  }

  private mutating func draw(row index: Int, _ logits: UnsafeBufferPointer<Real>) -> TextPiece {
    let token = sampler.draw(
      from: logits, after: rows[index].history, using: &rows[index].generator)
    rows[index].lastToken = token
    if historyLength > 0 {
      if rows[index].history.count == historyLength { rows[index].history.removeFirst() }
      rows[index].history.append(token)
    }
    var (text, isStopped) = rows[index].stop.append(rows[index].decoder.append(token))
    if !isStopped, drawn == length {
      let (rest, stops) = rows[index].stop.append(rows[index].decoder.finish())
      isStopped = stops
      text += stops ? rest : rest + rows[index].stop.finish()
    }
    let ending: TextPiece.Ending? = isStopped ? .stop : drawn == length ? .length : nil
    rows[index].isEnded = ending != nil
    return TextPiece(row: index, text: text, token: token, ending: ending)
  }
}

import RecurLayers
import RecurTensors
import RecurText

/// The running score of a text that does not end: memory does not grow with it.
///
///     var stream = model.stream()
///     while let line = readLine(strippingNewline: false) { print(stream.append(line).positive) }
///
/// After each part the score is that of all the text so far. Words that may still go on are read
/// again when more has come, so that it makes no difference where the text was parted.
public struct SentimentStream: Sendable {
  private let model: SentimentModel
  /// What was read of the text up to the tokens that are held.
  private var progress: ClassifierReader.Progress
  /// The words of the same text.
  private var reading: NGramTerm.Reading?
  /// Tokens that are complete, but for whose segment more are needed.
  private var held: [Int32] = []
  /// The end of the text, whose tokens may still change.
  private var pending: [UInt8] = []

  /// The longest end of a text without a space that is held back; a longer one is read as it is.
  private static let pendingLimit = 1 << 16

  init(_ model: SentimentModel) {
    self.model = model
    progress = model.scorer.reader.start(rows: 1)
    reading = model.ngrams.map(NGramTerm.Reading.init)
  }

  /// Reads on.
  ///
  /// - Returns: The score of all the text so far.
  @discardableResult
  public mutating func append(_ text: String) -> Sentiment {
    pending += text.utf8
    var cut = wordEnd
    if cut == 0, pending.count > Self.pendingLimit { cut = characterStart }
    if cut > 0 {
      held += model.tokenizer.encode(Array(pending[..<cut]))
      reading?.append(String(decoding: pending[..<cut], as: UTF8.self))
      pending.removeFirst(cut)
      model.scorer.reader.readWhole(&held, &progress)
    }
    return score
  }

  /// The score of all the text so far.
  public var score: Sentiment {
    var tokens = held + model.tokenizer.encode(pending)
    var progress = progress
    let reader = model.scorer.reader
    reader.readWhole(&tokens, &progress)
    if !tokens.isEmpty { reader.read(tokens, lengths: [Int32(tokens.count)], &progress) }
    let logits = model.scorer.logits(progress.pooled.features())
    var reading = reading
    reading?.append(String(decoding: pending, as: UTF8.self))
    return model.sentiments(ofLogits: logits.scalars.map { Float($0) }, reading?.logits)[0]
  }

  /// Where the last word ends that nothing behind it changes: before a space or line feed that
  /// follows something else. No rule of Unicode joins what stands on both sides.
  private var wordEnd: Int {
    var index = pending.count - 1
    while index > 0 {
      if Self.isSpace(pending[index]), !Self.isSpace(pending[index - 1]) { return index }
      index -= 1
    }
    return 0
  }

  /// Where the last character begins.
  private var characterStart: Int {
    var index = pending.count - 1
    while index > 0, pending[index] & 0xC0 == 0x80 { index -= 1 }
    return index
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
}

extension SentimentModel {
  /// Begins to score a text that comes in parts.
  public func stream() -> SentimentStream { SentimentStream(self) }
}

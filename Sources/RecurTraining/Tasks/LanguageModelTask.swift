public import RecurCore
import RecurData
public import RecurFiles
public import RecurModels
import RecurTensors
public import RecurText

/// The training of a language model by truncated backpropagation through time: windows of a stream, in
/// order, with the state carried from each to the next within an epoch, but for those that begin fresh.
public struct LanguageModelTask: TrainingTask {
  /// `recur train lm`.
  public static let name = "lm"

  /// The settings.
  public let options: TrainingOptions
  /// The text.
  public let data: TrainingData
  /// The model's.
  public let configuration: LanguageModelConfiguration
  /// The state after the last window; nil at the start of an epoch.
  public var carry: Carry?

  private let windows: ContiguousBatches
  private let measure: TokenMeasure
  private let characterCount: Int

  /// Cuts a text into windows.
  ///
  /// - Throws: `.badConfiguration` for a model that cannot be.
  public init(_ options: TrainingOptions, _ data: TrainingData) throws(RecurError) {
    self.options = options
    self.data = data
    windows = ContiguousBatches(
      data.training, batchSize: options.batchSize, windowLength: options.window)
    measure = TokenMeasure(data.tokenizer.vocabulary)
    characterCount = measure.characterCount(of: data.training)
    configuration = options.configuration(vocabularySize: data.tokenizer.vocabulary.count)
    try configuration.validate()
  }

  /// The tokenizer of the text.
  public var tokenizer: Tokenizer { data.tokenizer }
  /// The files.
  public var sources: [TrainingData.Source] { data.sources }
  /// The SHA-256 of the text and of how it was parted.
  public var dataSHA256: String { data.sha256 }
  /// The windows of the text.
  public var stepsPerEpoch: Int { windows.count }
  /// Whether a part of the text is held out.
  public var hasValidation: Bool { !data.validation.isEmpty }

  /// What is trained on.
  public var overview: TaskOverview {
    TaskOverview(
      trainingTokenCount: data.training.count, trainingCharacterCount: characterCount,
      validationTokenCount: data.validation.count, coverage: data.tokenizer.coverage)
  }

  /// What was wrong with the text.
  public var warnings: [String] {
    if data.invalidSequenceCount == 0 { return [] }
    let fate = options.invalidUTF8 == .skip ? "left out" : "replaced by U+FFFD"
    let count = data.invalidSequenceCount
    return [
      (count == 1
        ? "1 ill-formed sequence of UTF-8 was" : "\(count) ill-formed sequences of UTF-8 were")
        + " \(fate)"
    ]
  }

  /// Fresh weights, drawn from the seed.
  public func makeModel() throws(RecurError) -> LanguageModel {
    var generator = SeededGenerator(seed: options.seed)
    return try LanguageModel(configuration, using: &generator)
  }

  /// See `MemoryEstimate`.
  public func memory(optimizerStates: Int) -> MemoryEstimate {
    MemoryEstimate(
      configuration, optimizerStates: optimizerStates, batchSize: options.batchSize,
      windowLength: options.window, trainingTokenCount: data.training.count,
      validationTokenCount: data.validation.count)
  }

  /// Trains on one window.
  public mutating func step(
    _ model: inout LanguageModel, at position: StepPosition, with trainer: inout Trainer
  ) throws(RecurError) -> TaskStep {
    let window = windows[position.window]
    let (report, next) = try trainer.step(
      &model, on: window, from: carry?.resettingRows(freshTracks(at: position)),
      learningRate: position.learningRate)
    carry = position.window + 1 == windows.count ? nil : next
    let count = window.targets.count
    return TaskStep(
      report: report, count: count, characters: Double(count) * charactersPerToken)
  }

  /// The tracks that begin a window with the initial state.
  private func freshTracks(at position: StepPosition) -> [Int] {
    let step = position.epoch * windows.count + position.window
    var generator = SeededGenerator(
      seed: SeededGenerator.mixed(options.seed ^ 0x72_6573_6574) &+ UInt64(step))
    return (0..<options.batchSize).filter { _ in generator.uniform() < options.resetState }
  }

  /// Measures the loss on the held-out text.
  public func evaluate(
    _ model: LanguageModel, isCancelled: () -> Bool
  ) throws(RecurError) -> EvaluationReport? {
    try Evaluation().report(
      of: data.validation, under: model, measure, isCancelled: isCancelled)
  }

  /// A text that the model writes; the same one after the same step.
  public func sample(of model: LanguageModel, step: Int) -> String? {
    if options.sampleLength == 0 { return nil }
    var generator = SeededGenerator(
      seed: SeededGenerator.mixed(options.seed ^ 0x7361_6d70_6c65) &+ UInt64(step))
    return model.generate(
      after: options.samplePrompt, tokenizer: data.tokenizer, count: options.sampleLength,
      temperature: options.sampleTemperature, using: &generator)
  }

  /// From nats per token.
  public func bitsPerCharacter(_ loss: Double) -> Double? {
    loss / 0.693_147_180_559_945_3 / charactersPerToken
  }

  private var charactersPerToken: Double {
    Double(characterCount) / Double(data.training.count)
  }

  /// Writes a `ModelDirectory`.
  public mutating func write(
    _ model: LanguageModel, _ outcome: TaskOutcome<EvaluationReport>, to path: String
  ) throws(RecurError) {
    var card = ModelCard(
      datasets: data.sources.map {
        .init(name: FolderPath.name(of: $0.path), sha256: $0.sha256, byteCount: $0.bytes)
      },
      facts: [
        .init("Steps", "\(outcome.stepCount)"),
        .init("Seed", "\(options.seed)"),
        .init("Held out", heldOut),
        .init("Kernels", Kernels.name),
      ], sample: outcome.sample)
    if let measured = outcome.report {
      card.metrics = [
        .init(
          type: "bits_per_character", name: "Bits per character",
          value: measured.bitsPerCharacter),
        .init(
          type: "nats_per_token", name: "Nats per token", value: measured.natsPerToken),
        .init(type: "perplexity", name: "Perplexity per token", value: measured.perplexity),
      ].filter { $0.value.isFinite }
    }
    var directory = ModelDirectory(
      model, data.tokenizer, card: card, trainingArguments: outcome.arguments)
    if let measured = outcome.report {
      directory.evaluationResults = try JSONValue(encoding: measured.record(isBest: true))
    }
    try directory.write(to: path)
  }

  private var heldOut: String {
    if options.validation != nil { return "a text of its own" }
    if data.validation.isEmpty { return "nothing" }
    return "the last \(options.validationFraction) of the text"
  }
}

extension EvaluationReport: TaskReport {
  /// The mean nats of a token.
  public var selectionLoss: Double { natsPerToken }
  /// The mean nats of a character.
  public var curveLoss: Double { natsPerCharacter }

  /// Every measure, and whether it is the best.
  public func record(isBest: Bool) -> any Encodable & Sendable { Record(self, isBest: isBest) }

  private struct Record: Encodable, Sendable {
    var nats: Double
    var tokens: Int
    var natsPerToken: Double
    /// These are left out where they are beyond every number, as where no token begins a character.
    var natsPerCharacter: Double?
    var bitsPerCharacter: Double?
    var perplexity: Double?
    var bitsPerByte: Double
    var isBest: Bool

    init(_ report: EvaluationReport, isBest: Bool) {
      nats = report.nats
      tokens = report.tokenCount
      natsPerToken = report.natsPerToken
      func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
      natsPerCharacter = finite(report.natsPerCharacter)
      bitsPerCharacter = finite(report.bitsPerCharacter)
      perplexity = finite(report.perplexity)
      bitsPerByte = report.bitsPerByte
      self.isBest = isBest
    }

    enum CodingKeys: String, CodingKey {
      case nats, tokens
      case natsPerToken = "nats_per_token"
      case natsPerCharacter = "nats_per_character"
      case bitsPerCharacter = "bits_per_character"
      case bitsPerByte = "bits_per_byte"
      case perplexity
      case isBest = "is_best"
    }
  }
}

extension TrainingRun where Task == LanguageModelTask {
  /// Prepares the training of a language model: takes the directory, reads the text, builds or restores
  /// the model.
  ///
  /// - Parameters:
  ///   - options: The settings.
  ///   - stop: Asks for the end of the run; see `StopRequest`.
  ///   - corpus: A text from memory in the place of `options.files`.
  ///   - validation: A text from memory in the place of `options.validation`.
  ///   - tokenizer: A tokenizer to be used instead of a new one.
  /// - Throws: As `init(_:stop:secondsBefore:_:)`; `.badData` for the text.
  public convenience init(
    _ options: TrainingOptions, stop: StopRequest = StopRequest(), corpus: Corpus? = nil,
    validation: Corpus? = nil, tokenizer: Tokenizer? = nil
  ) throws(RecurError) {
    try self.init(options, stop: stop) { beginning throws(RecurError) in
      let tokenizer = beginning.tokenizer ?? tokenizer
      let data =
        if let corpus {
          try TrainingData(
            options, training: corpus, validation: validation, tokenizer: tokenizer)
        } else {
          try TrainingData(options, tokenizer: tokenizer)
        }
      return try LanguageModelTask(options, data)
    }
  }

  /// The text.
  public var data: TrainingData { task.data }
}

/// A line of `metrics.jsonl`.
///
/// All but `seconds` and `characters_per_second` are the same for the same run, resumed or not.
struct MetricsLine: Codable, Sendable {
  /// `step`, `evaluation` or `sample`.
  var kind: String
  /// The same for all lines of a run.
  var runID: String
  /// Steps done.
  var step: Int
  /// The epoch, from 1.
  var epoch: Int
  /// The mean training loss since the line of the kind before, in nats per token.
  var loss: Double?
  /// The same in bits per character.
  var bitsPerCharacter: Double?
  /// The learning rate of the step.
  var learningRate: Double?
  /// The norm of the gradient of the step before clipping.
  var gradientNorm: Double?
  /// Where the clock ends the run, the part of it that was over before the step.
  var progress: Double?
  /// What was measured on the held-out text.
  var validation: Validation?
  /// A text that the model wrote.
  var text: String?
  /// Seconds since the beginning.
  var seconds: Double?
  /// Characters trained on in a second.
  var charactersPerSecond: Double?

  struct Validation: Codable, Sendable {
    var nats: Double
    var tokens: Int
    var natsPerToken: Double
    var natsPerCharacter: Double
    var bitsPerCharacter: Double
    var bitsPerByte: Double
    /// Left out where it is beyond every number.
    var perplexity: Double?
    var isBest: Bool

    init(_ report: EvaluationReport, isBest: Bool) {
      nats = report.nats
      tokens = report.tokenCount
      natsPerToken = report.natsPerToken
      natsPerCharacter = report.natsPerCharacter
      bitsPerCharacter = report.bitsPerCharacter
      bitsPerByte = report.bitsPerByte
      perplexity = report.perplexity.isFinite ? report.perplexity : nil
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

  enum CodingKeys: String, CodingKey {
    case kind
    case runID = "run_id"
    case step, epoch, loss
    case bitsPerCharacter = "bits_per_character"
    case learningRate = "learning_rate"
    case gradientNorm = "gradient_norm"
    case progress, validation, text, seconds
    case charactersPerSecond = "characters_per_second"
  }
}

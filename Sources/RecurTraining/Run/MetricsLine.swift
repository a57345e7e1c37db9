/// A line of `metrics.jsonl`.
///
/// All but `seconds` and `characters_per_second` are the same for the same run, resumed or not.
struct MetricsLine: Encodable, Sendable {
  /// `step`, `evaluation` or `sample`.
  var kind: String
  /// The same for all lines of a run.
  var runID: String
  /// Steps done.
  var step: Int
  /// The epoch, from 1.
  var epoch: Int
  /// The mean training loss since the line of the kind before, in nats per token,
  /// or per text of a classifier.
  var loss: Double?
  /// The same in bits per character.
  var bitsPerCharacter: Double?
  /// The part of the texts that were trained on for that loss and were taken for their class.
  var accuracy: Double?
  /// The learning rate of the step.
  var learningRate: Double?
  /// The norm of the gradient of the step before clipping.
  var gradientNorm: Double?
  /// Where the clock ends the run, the part of it that was over before the step.
  var progress: Double?
  /// What was measured on what is held out.
  var validation: Record?
  /// A text that the model wrote.
  var text: String?
  /// Seconds since the beginning.
  var seconds: Double?
  /// Characters trained on in a second.
  var charactersPerSecond: Double?

  /// Anything that can be encoded.
  struct Record: Encodable, Sendable {
    var value: any Encodable & Sendable

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
  }

  enum CodingKeys: String, CodingKey {
    case kind
    case runID = "run_id"
    case step, epoch, loss
    case bitsPerCharacter = "bits_per_character"
    case accuracy
    case learningRate = "learning_rate"
    case gradientNorm = "gradient_norm"
    case progress, validation, text, seconds
    case charactersPerSecond = "characters_per_second"
  }
}

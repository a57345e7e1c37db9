public import RecurFiles

/// How the next token is drawn from a distribution: the settings of `Sampler`.
///
/// The transforms act in this order, each on what the one before left:
///
/// 1. **Repetition penalty** (Keskar et al., 2019): the logit of each token among the last
///    `repetitionWindow` ones, the prompt's included, is divided by the penalty where it is
///    positive and multiplied by it where it is negative.
/// 2. **Temperature**: logits are divided by it. At 0 the token of the greatest logit is taken,
///    among equals the one of the lowest id, and the rest of the list does not matter.
/// 3. **Top-k**: the k greatest stay, among equals those of the lowest ids.
/// 4. **Top-p** (Holtzman et al., 2020): by falling probability, as many stay as are needed for a
///    sum of at least p of what top-k left.
/// 5. **Min-p**: those stay whose probability is at least min-p times the greatest.
/// 6. **Draw** in proportion to the probabilities of those that stayed, in order of id: the first whose sum with
///    those before it is greater than one uniform number.
///
/// The names in JSON are those of `generation_config.json`.
public struct Sampling: Codable, Sendable, Equatable {
  /// What logits are divided by: 0 is greedy, 1 the model's own distribution. 0.8 unless told.
  public var temperature: Double
  /// How many tokens stay; 0, unless told, for all.
  public var topK: Int
  /// The probability that stays; 1 for all, 0.95 unless told.
  public var topP: Double
  /// The least probability, as a part of the greatest; 0, unless told, for none.
  public var minP: Double
  /// What makes tokens less likely that were there lately; 1, unless told, for nothing.
  public var repetitionPenalty: Double
  /// How many tokens back the penalty looks; 64 unless told.
  public var repetitionWindow: Int

  /// Chooses settings; see `validate()` for what is possible.
  public init(
    temperature: Double = 0.8, topK: Int = 0, topP: Double = 0.95, minP: Double = 0,
    repetitionPenalty: Double = 1, repetitionWindow: Int = 64
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.repetitionWindow = repetitionWindow
  }

  /// The likeliest token each time.
  public static let greedy = Sampling(temperature: 0)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minP = "min_p"
    case repetitionPenalty = "repetition_penalty"
    case repetitionWindow = "repetition_window"
  }

  /// Reads settings; those that are missing have their defaults. Check them by `validate()`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    temperature =
      try container.decodeIfPresent(Double.self, forKey: .temperature) ?? temperature
    topK = try container.decodeIfPresent(Int.self, forKey: .topK) ?? topK
    topP = try container.decodeIfPresent(Double.self, forKey: .topP) ?? topP
    minP = try container.decodeIfPresent(Double.self, forKey: .minP) ?? minP
    repetitionPenalty =
      try container.decodeIfPresent(Double.self, forKey: .repetitionPenalty) ?? repetitionPenalty
    repetitionWindow =
      try container.decodeIfPresent(Int.self, forKey: .repetitionWindow) ?? repetitionWindow
  }

  /// Checks everything at once.
  ///
  /// - Throws: `.badConfiguration` with every problem in one line.
  public func validate() throws(RecurError) {
    let problems = problems
    if problems.isEmpty { return }
    throw RecurError(
      .badConfiguration, RecurError.joined(problems),
      hint: "the defaults are temperature 0.8, top-p 0.95, top-k 0, min-p 0, penalty 1")
  }

  var problems: [String] {
    var problems: [String] = []
    if !(temperature >= 0 && temperature <= 1000) {
      problems.append("temperature is \(temperature), possible are 0 to 1000")
    }
    if topK < 0 { problems.append("top-k is \(topK), possible are 0 (all) and more") }
    if !(topP > 0 && topP <= 1) {
      problems.append("top-p is \(topP), possible are more than 0 to 1 (all)")
    }
    if !(minP >= 0 && minP <= 1) {
      problems.append("min-p is \(minP), possible are 0 (all) to 1")
    }
    if !(repetitionPenalty >= 0.01 && repetitionPenalty <= 100) {
      problems.append("repetition penalty is \(repetitionPenalty), possible are 0.01 to 100")
    }
    if !(0...(1 << 20)).contains(repetitionWindow) {
      problems.append("repetition window is \(repetitionWindow), possible are 0 to 1048576")
    }
    return problems
  }
}

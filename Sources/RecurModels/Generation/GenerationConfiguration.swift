public import RecurFiles

/// How a model writes text unless told otherwise: the content of `generation_config.json`.
public struct GenerationConfiguration: Codable, Sendable, Equatable {
  /// How tokens are drawn.
  public var sampling: Sampling
  /// The most tokens of a sample; 500 unless told.
  public var maximumTokens: Int

  /// Chooses settings.
  public init(sampling: Sampling = Sampling(), maximumTokens: Int = 500) {
    self.sampling = sampling
    self.maximumTokens = maximumTokens
  }

  private enum CodingKeys: String, CodingKey {
    case maximumTokens = "max_new_tokens"
    case draws = "do_sample"
  }

  /// Reads settings; those that are missing have their defaults, keys of other tools are let pass.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(sampling: try Sampling(from: decoder))
    maximumTokens =
      try container.decodeIfPresent(Int.self, forKey: .maximumTokens) ?? maximumTokens
    if try container.decodeIfPresent(Bool.self, forKey: .draws) == false {
      sampling.temperature = 0
    }
  }

  /// Writes the settings, and `do_sample` for other readers.
  public func encode(to encoder: any Encoder) throws {
    try sampling.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(maximumTokens, forKey: .maximumTokens)
    try container.encode(sampling.temperature > 0, forKey: .draws)
  }

  /// Checks everything at once.
  ///
  /// - Throws: `.badConfiguration` with every problem in one line.
  public func validate() throws(RecurError) {
    let problems = problems
    if problems.isEmpty { return }
    throw RecurError(
      .badConfiguration, RecurError.joined(problems), hint: "correct these settings")
  }

  var problems: [String] {
    var problems = sampling.problems
    if !(0...Self.mostTokens).contains(maximumTokens) {
      problems.append("max_new_tokens is \(maximumTokens), possible are 0 to \(Self.mostTokens)")
    }
    return problems
  }

  private static let mostTokens = 1 << 30
}

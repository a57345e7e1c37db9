import Recur

extension TrainingSettings {
  /// Refuses flags that would have no effect beside others. Only flags: a file, a recipe or the
  /// environment may hold settings for several runs.
  ///
  /// - Throws: `.usage` naming both.
  func checkEffect() throws(RecurError) {
    if flag(.validation) != nil, flag(.validationFraction) != nil {
      throw RecurError(
        .usage, "--validation and --validation-fraction both say what is held out",
        hint: "give one of them")
    }
  }

  /// The same for a classifier.
  ///
  /// - Parameter options: What these settings and those under them came to.
  func checkEffect(in options: ClassifierOptions) throws(RecurError) {
    try checkEffect()
    let core: [TrainingOptions.CodingKeys] = [
      .tokenizer, .normalization, .caseFolding, .maxVocabulary, .minCount, .cell, .hiddenSize,
      .layers, .embeddingSize, .forgetBias,
    ]
    if options.initFrom != nil, let flag = core.compactMap(self.flag).first {
      throw RecurError(
        .usage, "\(flag) does not go with --init-from, whose language model decides that",
        hint: "leave one of them out")
    }
    if options.isPretrained { return }
    let language: [TrainingOptions.CodingKeys] = [.window, .tieWeights, .softmax]
    let pretraining: [ClassifierOptions.CodingKeys] = [
      .pretrainBatchSize, .pretrainLearningRate, .pretrainDropout,
    ]
    if let flag = (language.compactMap(self.flag) + pretraining.compactMap(self.flag)).first {
      throw RecurError(
        .usage,
        "\(flag) is for a language model that is trained first, and neither --pretrain-minutes nor "
          + "--pretrain-epochs is given", hint: "give one of these, or leave \(flag) out")
    }
  }

  /// The flag of a setting that the command line has.
  private func flag(_ key: TrainingOptions.CodingKeys) -> String? {
    self[key] == nil || Self.isInEnvironment(key.flag) ? nil : key.flag
  }

  private func flag(_ key: ClassifierOptions.CodingKeys) -> String? {
    self[key] == nil || Self.isInEnvironment(key.flag) ? nil : key.flag
  }

  private static func isInEnvironment(_ flag: String) -> Bool {
    Environment.value(EnvironmentFlags.variable(for: String(flag.dropFirst(2)))) != nil
  }
}

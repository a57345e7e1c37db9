import Recur

extension GivenSettings {
  /// Refuses settings that would have no effect beside others. Those of a recipe, and of a run that is
  /// resumed, may be among them.
  ///
  /// - Throws: `.usage` or, for a setting of a file, `.badConfiguration`, naming both.
  func checkEffect() throws(RecurError) {
    if let validation = origin(.validation), let fraction = origin(.validationFraction) {
      throw fraction.refusal(
        "\(validation.name) and \(fraction.name) both say what is held out",
        hint: "give one of them")
    }
  }
}

extension GivenSettings<ClassifierOptions> {
  /// The same for a classifier.
  ///
  /// - Parameter options: What these settings and those under them came to.
  func checkEffect(in options: ClassifierOptions) throws(RecurError) {
    try checkEffect()
    let core: [TrainingOptions.CodingKeys] = [
      .tokenizer, .normalization, .caseFolding, .maxVocabulary, .minCount, .cell, .hiddenSize,
      .layers, .embeddingSize, .forgetBias,
    ]
    if let path = options.initFrom {
      // A classifier decides more than a language model.
      let pooled: [ClassifierOptions.CodingKeys] =
        ModelDirectory.isClassifier(path) ? [.bidirectional, .pooling] : []
      if let setting = (core.compactMap(origin) + pooled.compactMap(origin)).first {
        let model = origin(.initFrom)?.name ?? ClassifierOptions.CodingKeys.initFrom.flag
        throw setting.refusal(
          "\(setting.name) does not go with \(model), whose model decides that",
          hint: "leave one of them out")
      }
    }
    if options.isPretrained { return }
    let language: [TrainingOptions.CodingKeys] = [.window, .resetState, .tieWeights, .softmax]
    let pretraining: [ClassifierOptions.CodingKeys] = [
      .pretrainBatchSize, .pretrainLearningRate, .pretrainDropout,
    ]
    if let setting = (language.compactMap(origin) + pretraining.compactMap(origin)).first {
      throw setting.refusal(
        "\(setting.name) is for a language model that is trained first, and neither "
          + "--pretrain-minutes nor --pretrain-epochs is given",
        hint: "give one of these, or leave \(setting.name) out")
    }
  }
}

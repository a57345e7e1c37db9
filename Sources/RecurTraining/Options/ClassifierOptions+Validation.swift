import RecurData
public import RecurFiles
import RecurModels

extension ClassifierOptions {
  /// Checks that every setting is in its range and that they fit each other.
  ///
  /// - Parameter kind: What an error counts as: `.usage` for flags, `.badConfiguration` for a file.
  /// - Throws: `RecurError` of that kind for the first setting that cannot be; it names the flag, the
  ///   value and what is possible.
  public func validate(as kind: RecurError.Kind = .usage) throws(RecurError) {
    try training.validate(as: kind)
    let check = RangeCheck(kind: kind)
    try check.integer(CodingKeys.maximumTokens.flag, maximumTokens, 1...1_048_576)
    try check.integer(CodingKeys.excerpts.flag, excerpts, 0...1000)
    try check.number(CodingKeys.adversarialSize.flag, adversarialSize, from: 0, to: 1000)
    try check.integer(CodingKeys.ngrams.flag, ngrams, 0...NGramTerm.maximumCount)
    try check.number(CodingKeys.discriminativeRate.flag, discriminativeRate, from: 1, to: 1000)
    try check.number(CodingKeys.pretrainMinutes.flag, pretrainMinutes, above: 0, to: 1_000_000)
    try check.integer(CodingKeys.pretrainEpochs.flag, pretrainEpochs, 1...1_000_000)
    try check.integer(CodingKeys.pretrainBatchSize.flag, pretrainBatchSize, 1...65_536)
    try check.number(
      CodingKeys.pretrainLearningRate.flag, pretrainLearningRate, above: 0, to: 1000)
    try check.number(CodingKeys.pretrainDropout.flag, pretrainDropout, from: 0, below: 1)
    if format == .text {
      throw RecurError(
        kind, "--format text has no labels",
        hint: "give csv, tsv, jsonl, fasttext or folder, or leave it out")
    }
    if let classNames, classNames.count < 2 || Set(classNames).count < classNames.count {
      throw RecurError(
        kind, "--class-names has to name two classes or more, each once",
        hint: "name them in their order, as in --class-names negative,positive")
    }
    try checkTransfer(kind)
    if let minutes = training.minutes, let pretrainMinutes, pretrainMinutes >= minutes {
      throw RecurError(
        kind, "--pretrain-minutes \(pretrainMinutes) leaves nothing of --minutes \(minutes)",
        hint: "the minutes of the run include those of the language model")
    }
    if pretrainMinutes != nil, pretrainEpochs != nil {
      throw RecurError(
        kind,
        "--pretrain-minutes and --pretrain-epochs both say how long the language model is "
          + "trained", hint: "give one of them")
    }
  }

  /// What the model begins with is one thing.
  private func checkTransfer(_ kind: RecurError.Kind) throws(RecurError) {
    if freezeCore, gradualUnfreezing {
      throw RecurError(
        kind, "--freeze-core and --gradual-unfreezing both say which layers are trained",
        hint: "give one of them")
    }
    let beginnings = [
      initFrom.map { "--init-from \(DisplayText.escaped($0))" },
      isPretrained ? "--pretrain-\(pretrainEpochs == nil ? "minutes" : "epochs")" : nil,
    ].compactMap(\.self)
    if beginnings.count > 1 {
      throw RecurError(
        kind, "\(beginnings.joined(separator: " and ")) both say what the classifier begins with",
        hint: "give one of them")
    }
    guard let beginning = beginnings.first else {
      if freezeCore, pretrainedVectors == nil {
        throw RecurError(
          kind, "--freeze-core would leave a core of random weights as it is",
          hint: "name a model with --init-from")
      }
      return
    }
    if bidirectional, freezeCore, beginsWithLanguageModel {
      throw RecurError(
        kind,
        "--bidirectional and --freeze-core: a language model reads forwards, and the fresh backward "
          + "direction would never be trained", hint: "leave one of them out")
    }
    if pretrainedVectors != nil {
      throw RecurError(
        kind, "--pretrained-vectors does not go with \(beginning), which has an embedding",
        hint: "leave one of them out")
    }
  }
}

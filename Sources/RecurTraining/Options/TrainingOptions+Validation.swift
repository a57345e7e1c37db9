public import RecurFiles
import RecurModels
import RecurTensors

extension TrainingOptions {
  /// Checks that every setting is in its range and that they fit each other.
  ///
  /// - Parameter kind: What an error counts as: `.usage` for flags, `.badConfiguration` for a file.
  /// - Throws: `RecurError` of that kind for the first setting that cannot be; it names the flag, the
  ///   value and what is possible.
  public func validate(as kind: RecurError.Kind = .usage) throws(RecurError) {
    if (files + [validation].compactMap(\.self)).count(where: { $0 == InputFile.standardInput }) > 1
    {
      throw RecurError(
        kind, "standard input is named twice", hint: "it can be read once: name a file instead")
    }
    let check = RangeCheck(kind: kind)
    try check.number(CodingKeys.validationFraction.flag, validationFraction, from: 0, to: 0.9)
    try check.integer(CodingKeys.maxVocabulary.flag, maxVocabulary, 256...16_777_216)
    try check.integer(CodingKeys.minCount.flag, minCount, 1...1_000_000_000)
    if hiddenSize.isEmpty {
      throw RecurError(
        kind, "--hidden-size names no width", hint: "give one width, or one for each layer")
    }
    for size in hiddenSize { try check.integer(CodingKeys.hiddenSize.flag, size, 1...65_536) }
    try check.integer(CodingKeys.layers.flag, layers, 1...64)
    if hiddenSize.count > 1, let layers, layers != hiddenSize.count {
      throw RecurError(
        kind, "--layers is \(layers), but --hidden-size names \(hiddenSize.count) widths",
        hint: "leave --layers out, or give one width for all layers")
    }
    if hiddenSize.count > 64 {
      throw RecurError(
        kind, "--hidden-size names \(hiddenSize.count) layers", hint: "there may be 64 at most")
    }
    try check.integer(CodingKeys.embeddingSize.flag, embeddingSize, 1...65_536)
    if tieWeights, let embeddingSize, let last = hiddenSizes.last, embeddingSize != last {
      throw RecurError(
        kind, "--tie-weights needs --embedding-size \(last), the last width, not \(embeddingSize)",
        hint: "leave --embedding-size out")
    }
    if tieWeights, softmax == .adaptive {
      throw RecurError(
        kind,
        "--tie-weights needs --softmax full: an adaptive softmax has weights of several widths",
        hint: "leave one of the two out")
    }
    try check.number(CodingKeys.dropout.flag, dropout, from: 0, below: 1)
    try check.number(CodingKeys.inputDropout.flag, inputDropout, from: 0, below: 1)
    try check.number(CodingKeys.embeddingDropout.flag, embeddingDropout, from: 0, below: 1)
    try check.number(CodingKeys.weightDrop.flag, weightDrop, from: 0, below: 1)
    try check.number(CodingKeys.forgetBias.flag, forgetBias, from: -100, to: 100)
    if forgetBias != nil, cell != .lstm {
      throw RecurError(
        kind, "--forget-bias is for an LSTM, and the cell is \(cell.rawValue)",
        hint: "leave it out, or choose --cell lstm")
    }
    try check.integer(CodingKeys.batchSize.flag, batchSize, 1...65_536)
    try check.integer(CodingKeys.window.flag, window, 1...1_048_576)
    try check.number(CodingKeys.resetState.flag, resetState, from: 0, to: 1)
    try check.integer(CodingKeys.epochs.flag, epochs, 1...1_000_000)
    try check.integer(CodingKeys.steps.flag, steps, 1...1_000_000_000)
    try check.number(CodingKeys.minutes.flag, minutes, above: 0, to: 1_000_000)
    try checkDuration(kind)
    try check.number(CodingKeys.learningRate.flag, learningRate, above: 0, to: 1000)
    try check.number(CodingKeys.momentum.flag, momentum, from: 0, below: 1)
    try check.number(CodingKeys.smoothing.flag, smoothing, from: 0, below: 1)
    for (key, value) in [(CodingKeys.momentum, momentum), (.smoothing, smoothing)]
    where Real(value) >= 1 {
      throw RecurError(
        kind, "\(key.flag) \(value) is 1 in the precision that is computed in",
        hint: "give a value of at most 0.9999999")
    }
    try check.number(CodingKeys.weightDecay.flag, weightDecay, from: 0, to: 100)
    if optimizer == .adamw, baseLearningRate * weightDecay > 1 {
      throw RecurError(
        kind, "--weight-decay \(weightDecay) times the learning rate is above 1",
        hint: "such a decay turns the weights around in every step; choose a smaller one")
    }
    try check.integer(CodingKeys.warmup.flag, warmup, 0...1_000_000_000)
    try check.number(CodingKeys.finalFraction.flag, finalFraction, from: 0, to: 1)
    try check.number(CodingKeys.plateauFactor.flag, plateauFactor, above: 0, below: 1)
    try check.integer(CodingKeys.plateauPatience.flag, plateauPatience, 0...1_000_000)
    try check.number(CodingKeys.clipNorm.flag, clipNorm, from: 0, to: 1e9)
    try check.number(CodingKeys.clipValue.flag, clipValue, from: 0, to: 1e9)
    try check.integer(CodingKeys.patience.flag, patience, 0...1_000_000)
    try check.integer(CodingKeys.evaluateEvery.flag, evaluateEvery, 0...1_000_000_000)
    try check.integer(CodingKeys.sampleEvery.flag, sampleEvery, 0...1_000_000_000)
    try check.integer(CodingKeys.sampleLength.flag, sampleLength, 0...100_000)
    try check.number(CodingKeys.sampleTemperature.flag, sampleTemperature, from: 0, to: 100)
    try check.integer(CodingKeys.saveEvery.flag, saveEvery, 0...1_000_000_000)
    try check.integer(CodingKeys.keep.flag, keep, 1...1_000_000)
    try check.integer(CodingKeys.logEvery.flag, logEvery, 1...1_000_000_000)
    try check.integer(CodingKeys.threads.flag, threads, 0...1024)
    // What a run says of itself has integers of 63 bits.
    if Int(exactly: seed) == nil {
      throw check.refusal(CodingKeys.seed.flag, "\(seed)", "from 0 to \(Int.max)")
    }
    try checkWatching(kind)
  }

  private func checkDuration(_ kind: RecurError.Kind) throws(RecurError) {
    let given = [
      epochs.map { "--epochs \($0)" }, steps.map { "--steps \($0)" },
      minutes.map { "--minutes \($0)" },
    ].compactMap { $0 }
    if given.count > 1 {
      throw RecurError(
        kind, "\(given.joined(separator: " and ")) both say how long the run is",
        hint: "give one of --epochs, --steps and --minutes")
    }
  }

  /// What watches the validation needs one.
  private func checkWatching(_ kind: RecurError.Kind) throws(RecurError) {
    if validation != nil || validationFraction > 0 { return }
    let watcher =
      patience > 0 ? "--patience \(patience)" : schedule == .plateau ? "--schedule plateau" : nil
    if let watcher {
      throw RecurError(
        kind, "\(watcher) watches the validation loss, and there is no validation",
        hint: "give --validation FILE or a --validation-fraction above 0")
    }
  }
}

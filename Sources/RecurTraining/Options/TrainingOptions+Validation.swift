public import RecurFiles
import RecurModels

extension TrainingOptions {
  /// Checks that every setting is in its range and that they fit each other.
  ///
  /// - Parameter kind: What an error counts as: `.usage` for flags, `.badConfiguration` for a file.
  /// - Throws: `RecurError` of that kind for the first setting that cannot be; it names the flag, the
  ///   value and what is possible.
  public func validate(as kind: RecurError.Kind = .usage) throws(RecurError) {
    let check = RangeCheck(kind: kind)
    try check.number(.validationFraction, validationFraction, from: 0, to: 0.9)
    try check.integer(.maxVocabulary, maxVocabulary, 256...16_777_216)
    try check.integer(.minCount, minCount, 1...1_000_000_000)
    if hiddenSize.isEmpty {
      throw RecurError(
        kind, "--hidden-size names no width", hint: "give one width, or one for each layer")
    }
    for size in hiddenSize { try check.integer(.hiddenSize, size, 1...65_536) }
    try check.integer(.layers, layers, 1...64)
    if hiddenSize.count > 1, let layers, layers != hiddenSize.count {
      throw RecurError(
        kind, "--layers is \(layers), but --hidden-size names \(hiddenSize.count) widths",
        hint: "leave --layers out, or give one width for all layers")
    }
    if hiddenSize.count > 64 {
      throw RecurError(
        kind, "--hidden-size names \(hiddenSize.count) layers", hint: "there may be 64 at most")
    }
    try check.integer(.embeddingSize, embeddingSize, 1...65_536)
    if tieWeights, let embeddingSize, let last = hiddenSizes.last, embeddingSize != last {
      throw RecurError(
        kind, "--tie-weights needs --embedding-size \(last), the last width, not \(embeddingSize)",
        hint: "leave --embedding-size out")
    }
    try check.number(.dropout, dropout, from: 0, below: 1)
    try check.number(.forgetBias, forgetBias, from: -100, to: 100)
    if forgetBias != nil, cell != .lstm {
      throw RecurError(
        kind, "--forget-bias is for an LSTM, and the cell is \(cell.rawValue)",
        hint: "leave it out, or choose --cell lstm")
    }
    try check.integer(.batchSize, batchSize, 1...65_536)
    try check.integer(.window, window, 1...1_048_576)
    try check.integer(.epochs, epochs, 1...1_000_000)
    try check.integer(.steps, steps, 1...1_000_000_000)
    try check.number(.minutes, minutes, above: 0, to: 1_000_000)
    try checkDuration(kind)
    try check.number(.learningRate, learningRate, above: 0, to: 1000)
    try check.number(.momentum, momentum, from: 0, below: 1)
    try check.number(.smoothing, smoothing, from: 0, below: 1)
    try check.number(.weightDecay, weightDecay, from: 0, to: 100)
    if optimizer == .adamw, baseLearningRate * weightDecay > 1 {
      throw RecurError(
        kind, "--weight-decay \(weightDecay) times the learning rate is above 1",
        hint: "such a decay turns the weights around in every step; choose a smaller one")
    }
    try check.integer(.warmup, warmup, 0...1_000_000_000)
    try check.number(.finalFraction, finalFraction, from: 0, to: 1)
    try check.number(.plateauFactor, plateauFactor, above: 0, below: 1)
    try check.integer(.plateauPatience, plateauPatience, 0...1_000_000)
    try check.number(.clipNorm, clipNorm, from: 0, to: 1e9)
    try check.number(.clipValue, clipValue, from: 0, to: 1e9)
    try check.integer(.patience, patience, 0...1_000_000)
    try check.integer(.evaluateEvery, evaluateEvery, 0...1_000_000_000)
    try check.integer(.sampleEvery, sampleEvery, 0...1_000_000_000)
    try check.integer(.sampleLength, sampleLength, 0...100_000)
    try check.number(.sampleTemperature, sampleTemperature, from: 0, to: 100)
    try check.integer(.saveEvery, saveEvery, 0...1_000_000_000)
    try check.integer(.keep, keep, 1...1_000_000)
    try check.integer(.logEvery, logEvery, 1...1_000_000_000)
    try check.integer(.threads, threads, 0...1024)
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

import RecurModels
import RecurTensors
import RecurText

extension TrainingOptions: Codable {
  /// The keys of a configuration file.
  public enum CodingKeys: String, CodingKey, CaseIterable, Sendable {
    case files, output, validation
    case validationFraction = "validation_fraction"
    case invalidUTF8 = "invalid_utf8"
    case tokenizer, normalization
    case caseFolding = "case_folding"
    case maxVocabulary = "max_vocabulary"
    case minCount = "min_count"
    case cell
    case hiddenSize = "hidden_size"
    case layers
    case embeddingSize = "embedding_size"
    case dropout
    case lockedDropout = "locked_dropout"
    case inputDropout = "input_dropout"
    case embeddingDropout = "embedding_dropout"
    case weightDrop = "weight_drop"
    case tieWeights = "tie_weights"
    case softmax
    case forgetBias = "forget_bias"
    case batchSize = "batch_size"
    case window
    case resetState = "reset_state"
    case epochs, steps, minutes, optimizer
    case learningRate = "learning_rate"
    case momentum, smoothing
    case weightDecay = "weight_decay"
    case schedule, warmup
    case finalFraction = "final_fraction"
    case plateauFactor = "plateau_factor"
    case plateauPatience = "plateau_patience"
    case clipNorm = "clip_norm"
    case clipValue = "clip_value"
    case patience
    case evaluateEvery = "evaluate_every"
    case sampleEvery = "sample_every"
    case sampleLength = "sample_length"
    case samplePrompt = "sample_prompt"
    case sampleTemperature = "sample_temperature"
    case saveEvery = "save_every"
    case keep
    case logEvery = "log_every"
    case resume, seed, threads, precision

    /// The flag of the same setting.
    public var flag: String {
      "--" + String(rawValue.map { $0 == "_" ? "-" : $0 })
    }
  }

  /// Every key of a configuration file.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// Reads options; what is missing has its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    try read(from: decoder)
  }

  /// Takes the settings that are given; what is missing stays as it is.
  mutating func read(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
      if let stored = try values.decodeIfPresent(Value.self, forKey: key) { value = stored }
    }
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value?) throws {
      if let stored = try values.decodeIfPresent(Value.self, forKey: key) { value = stored }
    }
    func read<Value: WordSet>(_ key: CodingKeys, word value: inout Value) throws {
      guard let word = try values.decodeIfPresent(String.self, forKey: key) else { return }
      value = try Value(word: word, for: key.rawValue)
    }
    try read(.files, &files)
    try read(.output, &output)
    try read(.validation, &validation)
    try read(.validationFraction, &validationFraction)
    try read(.invalidUTF8, word: &invalidUTF8)
    try read(.tokenizer, word: &tokenizer)
    try read(.normalization, word: &normalization)
    try read(.caseFolding, &caseFolding)
    try read(.maxVocabulary, &maxVocabulary)
    try read(.minCount, &minCount)
    try read(.cell, word: &cell)
    if let single = try? values.decodeIfPresent(Int.self, forKey: .hiddenSize) {
      hiddenSize = [single]
    } else {
      try read(.hiddenSize, &hiddenSize)
    }
    try read(.layers, &layers)
    try read(.embeddingSize, &embeddingSize)
    try read(.dropout, &dropout)
    try read(.lockedDropout, &lockedDropout)
    try read(.inputDropout, &inputDropout)
    try read(.embeddingDropout, &embeddingDropout)
    try read(.weightDrop, &weightDrop)
    try read(.tieWeights, &tieWeights)
    try read(.softmax, word: &softmax)
    try read(.forgetBias, &forgetBias)
    try read(.batchSize, &batchSize)
    try read(.window, &window)
    try read(.resetState, &resetState)
    try read(.epochs, &epochs)
    try read(.steps, &steps)
    try read(.minutes, &minutes)
    try read(.optimizer, word: &optimizer)
    try read(.learningRate, &learningRate)
    try read(.momentum, &momentum)
    try read(.smoothing, &smoothing)
    try read(.weightDecay, &weightDecay)
    try read(.schedule, word: &schedule)
    try read(.warmup, &warmup)
    try read(.finalFraction, &finalFraction)
    try read(.plateauFactor, &plateauFactor)
    try read(.plateauPatience, &plateauPatience)
    try read(.clipNorm, &clipNorm)
    try read(.clipValue, &clipValue)
    try read(.patience, &patience)
    try read(.evaluateEvery, &evaluateEvery)
    try read(.sampleEvery, &sampleEvery)
    try read(.sampleLength, &sampleLength)
    try read(.samplePrompt, &samplePrompt)
    try read(.sampleTemperature, &sampleTemperature)
    try read(.saveEvery, &saveEvery)
    try read(.keep, &keep)
    try read(.logEvery, &logEvery)
    try read(.resume, &resume)
    try read(.seed, &seed)
    try read(.threads, &threads)
    try read(.precision, word: &precision)
  }

  /// Writes every setting; those that are nil are left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(files, forKey: .files)
    try values.encodeIfPresent(output, forKey: .output)
    try values.encodeIfPresent(validation, forKey: .validation)
    try values.encode(validationFraction, forKey: .validationFraction)
    try values.encode(invalidUTF8, forKey: .invalidUTF8)
    try values.encode(tokenizer, forKey: .tokenizer)
    try values.encode(normalization, forKey: .normalization)
    try values.encode(caseFolding, forKey: .caseFolding)
    try values.encodeIfPresent(maxVocabulary, forKey: .maxVocabulary)
    try values.encode(minCount, forKey: .minCount)
    try values.encode(cell, forKey: .cell)
    try values.encode(hiddenSize, forKey: .hiddenSize)
    try values.encodeIfPresent(layers, forKey: .layers)
    try values.encodeIfPresent(embeddingSize, forKey: .embeddingSize)
    try values.encode(dropout, forKey: .dropout)
    try values.encode(lockedDropout, forKey: .lockedDropout)
    try values.encode(inputDropout, forKey: .inputDropout)
    try values.encode(embeddingDropout, forKey: .embeddingDropout)
    try values.encode(weightDrop, forKey: .weightDrop)
    try values.encode(tieWeights, forKey: .tieWeights)
    try values.encode(softmax.rawValue, forKey: .softmax)
    try values.encodeIfPresent(forgetBias, forKey: .forgetBias)
    try values.encode(batchSize, forKey: .batchSize)
    try values.encode(window, forKey: .window)
    try values.encode(resetState, forKey: .resetState)
    try values.encodeIfPresent(epochs, forKey: .epochs)
    try values.encodeIfPresent(steps, forKey: .steps)
    try values.encodeIfPresent(minutes, forKey: .minutes)
    try values.encode(optimizer, forKey: .optimizer)
    try values.encodeIfPresent(learningRate, forKey: .learningRate)
    try values.encode(momentum, forKey: .momentum)
    try values.encode(smoothing, forKey: .smoothing)
    try values.encode(weightDecay, forKey: .weightDecay)
    try values.encode(schedule, forKey: .schedule)
    try values.encodeIfPresent(warmup, forKey: .warmup)
    try values.encode(finalFraction, forKey: .finalFraction)
    try values.encode(plateauFactor, forKey: .plateauFactor)
    try values.encode(plateauPatience, forKey: .plateauPatience)
    try values.encode(clipNorm, forKey: .clipNorm)
    try values.encode(clipValue, forKey: .clipValue)
    try values.encode(patience, forKey: .patience)
    try values.encode(evaluateEvery, forKey: .evaluateEvery)
    try values.encode(sampleEvery, forKey: .sampleEvery)
    try values.encode(sampleLength, forKey: .sampleLength)
    try values.encode(samplePrompt, forKey: .samplePrompt)
    try values.encode(sampleTemperature, forKey: .sampleTemperature)
    try values.encode(saveEvery, forKey: .saveEvery)
    try values.encode(keep, forKey: .keep)
    try values.encode(logEvery, forKey: .logEvery)
    try values.encode(resume, forKey: .resume)
    try values.encode(seed, forKey: .seed)
    try values.encode(threads, forKey: .threads)
    try values.encode(precision.rawValue, forKey: .precision)
  }
}

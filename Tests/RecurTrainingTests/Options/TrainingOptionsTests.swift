import Recur
import Testing

@Suite struct TrainingOptionsTests {
  private func decode(_ json: String) throws -> TrainingOptions {
    try JSONGate.decode(
      TrainingOptions.self, from: Array(json.utf8), limits: .configuration, path: "options.json")
  }

  @Test("An empty file gives the defaults, and they are valid")
  func defaults() throws {
    #expect(try decode("{}") == TrainingOptions())
    try TrainingOptions().validate()
  }

  @Test("Options survive being written and read, whether everything or nothing is set")
  func roundTrip() throws {
    var options = TrainingOptions()
    #expect(try decode(String(decoding: JSONGate.encode(options), as: UTF8.self)) == options)
    options.files = ["a.txt", "b.txt"]
    options.output = "out"
    options.validation = "c.txt"
    options.validationFraction = 0.25
    options.invalidUTF8 = .replace
    options.tokenizer = .grapheme
    options.normalization = .nfc
    options.caseFolding = true
    options.maxVocabulary = 5000
    options.minCount = 2
    options.cell = .gru
    options.hiddenSize = [32, 16]
    options.layers = 2
    options.embeddingSize = 24
    options.dropout = 0.125
    options.lockedDropout = true
    options.inputDropout = 0.25
    options.embeddingDropout = 0.0625
    options.weightDrop = 0.5
    options.softmax = .adaptive
    options.tieWeights = true
    options.forgetBias = 0.5
    options.batchSize = 3
    options.window = 5
    options.resetState = 0.25
    options.epochs = 7
    options.steps = 8
    options.minutes = 1.5
    options.optimizer = .sgd
    options.learningRate = 0.75
    options.momentum = 0.5
    options.smoothing = 0.95
    options.weightDecay = 0.001
    options.schedule = .plateau
    options.warmup = 11
    options.finalFraction = 0.5
    options.plateauFactor = 0.25
    options.plateauPatience = 4
    options.clipNorm = 2
    options.clipValue = 3
    options.precision = .bfloat16
    options.patience = 6
    options.evaluateEvery = 12
    options.sampleEvery = 13
    options.sampleLength = 14
    options.samplePrompt = "é"
    options.sampleTemperature = 0.5
    options.saveEvery = 15
    options.keep = 16
    options.logEvery = 17
    options.resume = true
    options.seed = 18
    options.threads = 2
    let json = try JSONGate.encode(options)
    #expect(try decode(String(decoding: json, as: UTF8.self)) == options)
    // Every key is in the file: none was forgotten in writing.
    let written = try JSONGate.value(from: json, limits: .configuration, path: "options.json")
    #expect(written.members?.map(\.key).sorted() == TrainingOptions.keys.sorted())
    // And no value is a default: none was forgotten above or in reading.
    let defaults = try JSONValue(encoding: TrainingOptions())
    for key in TrainingOptions.keys {
      #expect(written[key]?.encoded() != defaults[key]?.encoded(), "\(key)")
    }
  }

  @Test("A hidden size is one width or a list, and rnn means the hyperbolic tangent")
  func alternatives() throws {
    #expect(try decode(#"{"hidden_size": 12, "layers": 3}"#).hiddenSizes == [12, 12, 12])
    #expect(try decode(#"{"hidden_size": [12, 8]}"#).hiddenSizes == [12, 8])
    #expect(try decode(#"{"cell": "rnn"}"#).cell == .rnnTanh)
  }

  @Test("A tied model takes its embedding's width from the last layer")
  func tiedWidth() {
    var options = TrainingOptions()
    options.hiddenSize = [40, 24]
    options.tieWeights = true
    #expect(options.configuration(vocabularySize: 300).embeddingSize == 24)
  }

  @Test("A misspelled word of a setting is refused with the nearest one")
  func misspelledWord() {
    let error = #expect(throws: RecurError.self) { try decode(#"{"cell": "lsmt"}"#) }
    #expect(error?.kind == .badConfiguration)
    #expect(error?.hint.contains("lstm") == true)
  }

  @Test("An unknown key is refused with the nearest one")
  func unknownKey() throws {
    let error = #expect(throws: RecurError.self) {
      try TrainingOptions.check(keys: ["window", "batch_sise"], path: "a.toml")
    }
    #expect(error?.kind == .badConfiguration)
    #expect(error?.what.contains("batch_sise") == true)
    #expect(error?.hint.contains("batch_size") == true)
    try TrainingOptions.check(keys: TrainingOptions.keys, path: "a.toml")
  }

  @Test("A value of the wrong kind is refused by its key")
  func wrongKind() {
    for json in [
      #"{"batch_size": "many"}"#, #"{"batch_size": 1.5}"#, #"{"dropout": true}"#,
      #"{"hidden_size": "big"}"#, #"{"hidden_size": []}"#,
    ] {
      #expect(throws: RecurError.self, "\(json)") { try decode(json).validate() }
    }
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var flag: String
    var change: @Sendable (inout TrainingOptions) -> Void
    var testDescription: String { flag }

    init(_ flag: String, _ change: @escaping @Sendable (inout TrainingOptions) -> Void) {
      self.flag = flag
      self.change = change
    }
  }

  static let bad: [Bad] = [
    Bad("--validation-fraction") { $0.validationFraction = 1 },
    Bad("--validation-fraction") { $0.validationFraction = -0.1 },
    Bad("--max-vocabulary") { $0.maxVocabulary = 255 },
    Bad("--min-count") { $0.minCount = 0 },
    Bad("--hidden-size") { $0.hiddenSize = [0] },
    Bad("--hidden-size") { $0.hiddenSize = [16, .max] },
    Bad("--hidden-size") { $0.hiddenSize = [] },
    Bad("--hidden-size") { $0.hiddenSize = Array(repeating: 4, count: 65) },
    Bad("--layers") { $0.layers = 0 },
    Bad("--layers") { $0.layers = 100_000 },
    Bad("--layers") { options in
      options.hiddenSize = [4, 4]
      options.layers = 3
    },
    Bad("--embedding-size") { $0.embeddingSize = -1 },
    Bad("--embedding-size") { options in
      options.tieWeights = true
      options.embeddingSize = 7
    },
    Bad("--dropout") { $0.dropout = 1 },
    Bad("--dropout") { $0.dropout = .nan },
    Bad("--input-dropout") { $0.inputDropout = 1 },
    Bad("--embedding-dropout") { $0.embeddingDropout = -0.5 },
    Bad("--weight-drop") { $0.weightDrop = 2 },
    Bad("--tie-weights") { options in
      options.tieWeights = true
      options.softmax = .adaptive
    },
    Bad("--forget-bias") { $0.forgetBias = .infinity },
    Bad("--forget-bias") { options in
      options.cell = .gru
      options.forgetBias = 1
    },
    Bad("--batch-size") { $0.batchSize = 0 },
    Bad("--window") { $0.window = 1 << 40 },
    Bad("--epochs") { $0.epochs = 0 },
    Bad("--steps") { $0.steps = -5 },
    Bad("--minutes") { $0.minutes = 0 },
    Bad("--minutes") { $0.minutes = .infinity },
    Bad("--epochs 1 and --steps 2") { options in
      options.epochs = 1
      options.steps = 2
    },
    Bad("--learning-rate") { $0.learningRate = 0 },
    Bad("--learning-rate") { $0.learningRate = -1 },
    Bad("--learning-rate") { $0.learningRate = .infinity },
    Bad("--momentum") { $0.momentum = 1 },
    Bad("--smoothing") { $0.smoothing = 1 },
    Bad("--weight-decay") { $0.weightDecay = -1 },
    Bad("--weight-decay") { options in
      options.learningRate = 1
      options.weightDecay = 2
    },
    Bad("--smoothing") { $0.smoothing = Double(Real(1).nextDown + Real.ulpOfOne / 4) },
    Bad("--warmup") { $0.warmup = -1 },
    Bad("--final-fraction") { $0.finalFraction = 1.5 },
    Bad("--plateau-factor") { $0.plateauFactor = 1 },
    Bad("--plateau-patience") { $0.plateauPatience = -1 },
    Bad("--clip-norm") { $0.clipNorm = -1 },
    Bad("--clip-value") { $0.clipValue = .nan },
    Bad("--patience") { $0.patience = -1 },
    Bad("--patience") { options in
      options.patience = 2
      options.validationFraction = 0
    },
    Bad("--schedule plateau") { options in
      options.schedule = .plateau
      options.validationFraction = 0
    },
    Bad("--evaluate-every") { $0.evaluateEvery = -1 },
    Bad("--sample-every") { $0.sampleEvery = -1 },
    Bad("--sample-length") { $0.sampleLength = 1_000_000 },
    Bad("--sample-temperature") { $0.sampleTemperature = -1 },
    Bad("--save-every") { $0.saveEvery = -1 },
    Bad("--keep") { $0.keep = 0 },
    Bad("--log-every") { $0.logEvery = 0 },
    Bad("--threads") { $0.threads = 4096 },
  ]

  @Test("A setting out of its range is refused by its flag, with what is possible", arguments: bad)
  func outOfRange(_ bad: Bad) {
    var options = TrainingOptions()
    bad.change(&options)
    let error = #expect(throws: RecurError.self) { try options.validate() }
    #expect(error?.kind == .usage)
    #expect(error?.what.contains(bad.flag) == true, "\(error?.what ?? "")")
    #expect(error?.hint.isEmpty == false)
    let fileError = #expect(throws: RecurError.self) {
      try options.validate(as: .badConfiguration)
    }
    #expect(fileError?.kind == .badConfiguration)
  }
}

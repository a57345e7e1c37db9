import Recur
import RecurFiles
import TestSupport

/// The training of a classifier that takes a moment.
struct SmallClassification {
  let folder = TemporaryFolder()
  var options = ClassifierOptions()
  var set = Self.negations(120, seed: 3)
  /// What the last run told.
  var events: [TrainingEvent<ClassifierTask>] = []
  var pretraining: [TrainingEvent<LanguageModelTask>] = []

  init() {
    options.training.output = folder("out")
    options.training.tokenizer = .word
    options.training.hiddenSize = [6]
    options.training.embeddingSize = 4
    options.training.dropout = 0.2
    options.training.batchSize = 8
    options.training.window = 16
    options.training.steps = 30
    options.training.evaluateEvery = 10
    options.training.logEvery = 4
    options.training.learningRate = 1e-2
    options.training.keep = 100
    options.training.validationFraction = 0.2
    options.ngrams = 0
    options.pretrainBatchSize = 4
  }

  /// Texts whose words say nothing each: "good" is praise unless "not" stands before it, "bad" the other
  /// way round, and a word always stands between.
  static func negations(_ count: Int, seed: UInt64) -> LabelledSet {
    var generator = SeededGenerator(seed: seed)
    var texts: [String] = []
    var labels: [Int] = []
    for index in 0..<count {
      let isNegated = index % 2 == 0
      let isGood = index / 2 % 2 == 0
      let between = ["so", "that", "really", "quite"].randomElement(using: &generator) ?? ""
      let thing = ["film", "plot", "cast", "book"].randomElement(using: &generator) ?? ""
      let end = ["", " today", " for me", " I think now"].randomElement(using: &generator) ?? ""
      texts.append(
        "the \(thing) was \(isNegated ? "not" : "just") \(between) \(isGood ? "good" : "bad")\(end)"
      )
      labels.append(isGood != isNegated ? 1 : 0)
    }
    return LabelledSet(texts: texts, labels: labels, classNames: ["negative", "positive"])
  }

  /// Runs until the end, or until a step of either stage after which a stop is asked for.
  @discardableResult
  mutating func run(
    stoppingAfter step: Int? = nil, pretrainingStep: Int? = nil
  ) throws -> ClassifierTraining.Outcome {
    let stop = StopRequest()
    let training = ClassifierTraining(options, stop: stop)
    var (events, first) = ([TrainingEvent<ClassifierTask>](), [TrainingEvent<LanguageModelTask>]())
    let data = try ClassifierData(options, set)
    let result = Result { () throws -> ClassifierTraining.Outcome in
      try training.run(
        data,
        pretraining: { event in
          first.append(event)
          if case .step(let progress) = event, progress.step == pretrainingStep { stop.make() }
        },
        reporting: { event in
          events.append(event)
          if case .step(let progress) = event, progress.step == step { stop.make() }
        })
    }
    self.events = events
    pretraining = first
    return try result.get()
  }

  /// The bytes of a file of the run.
  func bytes(_ name: String) -> [UInt8]? { folder.bytes(of: "out/\(name)") }

  /// A JSON file of the run.
  func json(_ name: String) throws -> JSONValue {
    try JSONGate.value(from: bytes(name) ?? [], limits: .configuration, path: name)
  }

  /// Everything that must be the same after an interruption.
  func outcome() -> [[UInt8]?] {
    [
      "model.safetensors", "eval_results.json", "config.json", "latest/model.safetensors",
      "latest/optimizer.safetensors",
    ].map { bytes($0) }
  }

  var warnings: [String] {
    events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
  }
  var steps: [TrainingProgress] {
    events.compactMap { if case .step(let progress) = $0 { progress } else { nil } }
  }
}

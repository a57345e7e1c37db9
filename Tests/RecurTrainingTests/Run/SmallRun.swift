import Recur
import RecurFiles
import TestSupport

/// A training that takes a fraction of a second: 3 epochs of 13 steps, an evaluation every 10 steps.
struct SmallRun {
  let folder = TemporaryFolder()
  var options = TrainingOptions()
  /// What the last run told.
  var events: [TrainingEvent<LanguageModelTask>] = []

  static let text = SmallLanguage.brackets(60, seed: 4)

  init() {
    options.output = folder("out")
    options.hiddenSize = [6]
    options.layers = 2
    options.embeddingSize = 4
    options.dropout = 0.2
    options.batchSize = 3
    options.window = 8
    options.steps = 36
    options.evaluateEvery = 10
    options.sampleLength = 6
    options.logEvery = 4
    options.learningRate = 5e-3
    options.keep = 100
  }

  /// Runs until the end, or until a step after which a stop is asked for.
  @discardableResult
  mutating func run(stoppingAfter step: Int? = nil) throws -> TrainingSummary<EvaluationReport> {
    let stop = StopRequest()
    let run = try TrainingRun(options, stop: stop, corpus: Corpus(text: Self.text))
    var events: [TrainingEvent<LanguageModelTask>] = []
    let result = Result { () throws -> TrainingSummary<EvaluationReport> in
      try run.run { event in
        events.append(event)
        if case .step(let progress) = event, progress.step == step { stop.make() }
      }
    }
    self.events = events
    return try result.get()
  }

  /// The bytes of a file of the run.
  func bytes(_ name: String) -> [UInt8]? { folder.bytes(of: "out/\(name)") }

  /// The steps of the checkpoints.
  var checkpoints: [Int] {
    DurableDirectory.numbered(in: folder("out/checkpoints"), prefix: "checkpoint-").map(\.number)
  }

  /// The lines of the metrics without what the clock decides.
  func metrics() throws -> [String] {
    let bytes = bytes("metrics.jsonl") ?? []
    return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
      let value = try JSONGate.value(from: Array(line), limits: .line, path: "metrics.jsonl")
      let members = (value.members ?? []).filter {
        $0.key != "seconds" && $0.key != "characters_per_second"
      }
      return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }
  }

  var warnings: [String] {
    events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
  }
  var evaluations: [TrainingEvaluation<EvaluationReport>] {
    events.compactMap { if case .evaluated(let evaluation) = $0 { evaluation } else { nil } }
  }
  var steps: [TrainingProgress] {
    events.compactMap { if case .step(let progress) = $0 { progress } else { nil } }
  }
}

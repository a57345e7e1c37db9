import Recur
import RecurFiles
import Synchronization
import TestSupport
import Testing

@Suite struct TrainingRunTests {
  @Test("A run leaves the best model, checkpoints, metrics and its settings")
  func files() throws {
    var run = SmallRun()
    let summary = try run.run()
    #expect(summary.ending == .completed)
    #expect(summary.stepCount == 36)
    #expect(run.checkpoints == [10, 20, 30, 36])
    #expect(run.evaluations.map(\.step) == [10, 20, 30, 36])
    let losses = run.evaluations.map(\.report.natsPerToken)
    #expect(summary.best?.natsPerToken == losses.min())
    #expect(losses[3] < losses[0] - 0.1)
    #expect(summary.validationCurve.count == 4)
    for name in [
      "config.json", "model.safetensors", "tokenizer.json", "README.md", "training_args.json",
      "eval_results.json", "metrics.jsonl", "latest/manifest.json", "latest/model.safetensors",
    ] { #expect(run.bytes(name) != nil, "\(name)") }
    let directory = try ModelDirectory(contentsOf: run.folder("out"))
    let tokens = directory.tokenizer.encode(SmallRun.text)
    let held = HoldOut.split(tokens, fraction: 0.1).validation
    let measured = try Evaluation().report(
      of: held, under: directory.model, TokenMeasure(directory.tokenizer.vocabulary))
    #expect(measured.nats == summary.best?.nats)
  }

  @Test("The metrics have a line for every few steps, every evaluation and every sample")
  func metrics() throws {
    var run = SmallRun()
    let summary = try run.run()
    let lines = try run.metrics()
    #expect(lines.count { $0.contains(#""kind":"step""#) } == 9)
    #expect(lines.count { $0.contains(#""kind":"evaluation""#) } == 4)
    #expect(lines.count { $0.contains(#""kind":"sample""#) } == 4)
    let id =
      try JSONGate.value(
        from: Array(lines[0].utf8), limits: .line, path: "metrics")["run_id"]?.string ?? ""
    #expect(id.count == 12)
    #expect(lines.allSatisfy { $0.contains(id) })
    // The mean of all lines, each of four steps, is near what the steps reported.
    let mean = run.steps.reduce(0) { $0 + $1.loss } / 36
    let logged = try lines.filter { $0.contains(#""kind":"step""#) }.map { line in
      try JSONGate.value(from: Array(line.utf8), limits: .line, path: "")["loss"]?.number ?? 0
    }
    #expect(abs(logged.reduce(0, +) / 9 - mean) < 0.05)
    #expect(summary.trainingLoss != nil)
  }

  @Test("Windows begin with a fresh state as often as is asked for: never, at times, always")
  func freshStates() throws {
    /// The losses of the steps of an epoch that learns nothing, and of the same windows read from the
    /// initial state.
    func losses(_ probability: Double) throws -> (actual: [Double], fresh: [Double]) {
      var run = SmallRun()
      run.options.resetState = probability
      run.options.dropout = 0
      run.options.optimizer = .sgd
      run.options.learningRate = 1e-12
      try run.run()
      let data = try TrainingData(run.options, training: Corpus(text: SmallRun.text))
      let model = try LanguageModelTask(run.options, data).makeModel()
      let windows = ContiguousBatches(data.training, batchSize: 3, windowLength: 8)
      return (
        run.steps.prefix(windows.count).map(\.loss),
        (0..<windows.count).map {
          Double(model.objective(of: windows[$0], on: nil).mean.value.scalar)
        }
      )
    }
    let never = try losses(0)
    #expect(zip(never.actual, never.fresh).dropFirst().allSatisfy { abs($0 - $1) > 1e-6 })
    let always = try losses(1)
    #expect(zip(always.actual, always.fresh).allSatisfy { abs($0 - $1) < 1e-6 })
    let sometimes = try losses(0.5)
    #expect(zip(sometimes.actual, never.actual).contains { abs($0 - $1) > 1e-6 })
    #expect(zip(sometimes.actual, always.actual).contains { abs($0 - $1) > 1e-6 })
  }

  @Test("The same options give the same run, another seed another one")
  func repeatable() throws {
    var first = SmallRun()
    var second = SmallRun()
    var third = SmallRun()
    third.options.seed = 2
    try first.run()
    try second.run()
    try third.run()
    #expect(first.bytes("model.safetensors") == second.bytes("model.safetensors"))
    #expect(try first.metrics() == second.metrics())
    #expect(first.bytes("model.safetensors") != third.bytes("model.safetensors"))
  }

  @Test("Keeping one checkpoint keeps the best and the last")
  func pruning() throws {
    var run = SmallRun()
    run.options.keep = 1
    // A learning rate that ruins the model after the warm-up makes an early evaluation the best.
    run.options.optimizer = .sgd
    run.options.learningRate = 30
    run.options.clipNorm = 1
    run.options.schedule = .constant
    run.options.warmup = 36
    let summary = try run.run()
    let best = try #require(summary.bestStep)
    #expect(run.checkpoints == (best == 36 ? [36] : [best, 36]))
    #expect(best < 36)
  }

  @Test("A run without a held-out text keeps the last model")
  func withoutValidation() throws {
    var run = SmallRun()
    run.options.validationFraction = 0
    let summary = try run.run()
    #expect(summary.best == nil)
    #expect(run.evaluations.isEmpty)
    #expect(run.bytes("model.safetensors") == run.bytes("latest/model.safetensors"))
  }

  @Test("A held-out text in whose predicted tokens no character begins is measured all the same")
  func continuation() throws {
    let small = SmallRun()
    let run = try TrainingRun(
      small.options, corpus: Corpus(text: SmallRun.text), validation: Corpus(text: "é"))
    #expect(try run.run().best?.tokenCount == 1)
    let line = try #require(try small.metrics().first { $0.contains("is_best") })
    #expect(line.contains("nats_per_token") && !line.contains("nats_per_character"))
    #expect(try ModelDirectory(contentsOf: small.folder("out")).model.parameterCount > 0)
  }

  @Test("The plateau schedule lowers the learning rate when the validation loss stays")
  func plateau() throws {
    var run = SmallRun()
    run.options.schedule = .plateau
    run.options.learningRate = 1e-30
    run.options.warmup = 0
    run.options.plateauPatience = 0
    run.options.plateauFactor = 0.5
    run.options.steps = 40
    try run.run()
    let rates = run.steps.map { $0.learningRate / 1e-30 }
    #expect(abs(rates[15] - 1) < 1e-9 && abs(rates[25] - 0.5) < 1e-9)
    #expect(abs(rates[35] - 0.25) < 1e-9)
  }

  @Test("A second run in the same directory is refused as long as the first one lives")
  func locked() throws {
    var run = SmallRun()
    let first = try TrainingRun(run.options, corpus: Corpus(text: SmallRun.text))
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .busy)
    withExtendedLifetime(first) {}
  }

  @Test("A directory that holds a model is not written over unasked")
  func existing() throws {
    var run = SmallRun()
    try run.run()
    let before = run.bytes("model.safetensors")
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.hint.contains("--resume") == true)
    #expect(run.bytes("model.safetensors") == before)
  }

  @Test("An output that is a file, or lies under one, is found before the first step")
  func outputIsFile() throws {
    var run = SmallRun()
    for path in [run.folder.file("a", [1]), run.folder("a/b")] {
      run.options.output = path
      let error = #expect(throws: RecurError.self) { try run.run() }
      #expect(error?.kind == .cannotCreate)
      #expect(run.events.isEmpty)
    }
    run.options.output = nil
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .usage)
  }

  @Test("A text that is too short says which flags would help")
  func shortText() throws {
    var options = SmallRun().options
    let folder = TemporaryFolder()
    options.output = folder("out")
    for text in ["", "a", "abc"] {
      let error = #expect(throws: RecurError.self) {
        try TrainingRun(options, corpus: Corpus(text: text))
      }
      #expect(error?.kind == .badData)
      #expect(error?.hint.contains("--window") == true || error?.hint.contains("data") == true)
    }
    options.files = []
    let error = #expect(throws: RecurError.self) { try TrainingRun(options) }
    #expect(error?.kind == .usage)
  }

  @Test("A training that cannot fit into memory is refused with what it needs")
  func memory() throws {
    var options = SmallRun().options
    let folder = TemporaryFolder()
    options.output = folder("out")
    options.batchSize = 1
    options.window = 1
    options.hiddenSize = [8192]
    options.layers = 8
    options.embeddingSize = 16
    let estimate = MemoryEstimate(
      options.configuration(vocabularySize: 300), optimizerStates: 2, batchSize: 1,
      windowLength: 1, trainingTokenCount: 0, validationTokenCount: 0)
    #expect(estimate.total > 50e9)
    func activations(_ window: Int) -> Double {
      MemoryEstimate(
        LanguageModelConfiguration(
          cell: .lstm, vocabularySize: 96, embeddingSize: 512, hiddenSizes: [512]),
        optimizerStates: 2, batchSize: 64, windowLength: window, trainingTokenCount: 0,
        validationTokenCount: 0
      ).activations
    }
    // Beyond 2²⁶ scalars gates and cell states are computed again instead of kept.
    #expect(activations(2048) < 3 * activations(512))
    options.hiddenSize = [65_536]
    options.layers = 64
    let error = #expect(throws: RecurError.self) {
      try TrainingRun(options, corpus: Corpus(text: SmallRun.text))
    }
    #expect(error?.kind == .badConfiguration)
  }

  @Test("Whichever write fails, the checkpoints before are whole and the run goes on from them")
  func fullDisk() throws {
    var reference = SmallRun()
    reference.options.steps = 20
    try reference.run()
    var failures = 0
    for failing in stride(from: 0, to: 1000, by: 31) {
      var run = SmallRun()
      run.options.steps = 20
      let count = Mutex(0)
      let error = SystemFault.$decide.withValue({ _ in
        count.withLock { count in
          defer { count += 1 }
          return count == failing ? .error(28) : nil
        }
      }) {
        do {
          try run.run()
          return nil as RecurError?
        } catch {
          return error as? RecurError
        }
      }
      guard let error else { break }
      failures += 1
      #expect(error.kind == .inputOutput)
      for step in run.checkpoints {
        try DurableDirectory.verify(run.folder("out/checkpoints/checkpoint-\(step)"))
      }
      run.options.resume = true
      try run.run()
      #expect(run.bytes("model.safetensors") == reference.bytes("model.safetensors"))
      #expect(try run.metrics() == reference.metrics())
    }
    #expect(failures >= 4)
  }
}

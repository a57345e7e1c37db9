import FoundationEssentials
import Recur
import RecurFiles
import TestSupport
import Testing

@Suite struct TrainingRunResumingTests {
  @Test("A run that ended before its first checkpoint says what it began with")
  func beforeTheFirstCheckpoint() throws {
    var run = SmallRun()
    run.options.files = ["text"]
    try run.run(stoppingAfter: 2)
    for name in ["checkpoints", "latest", "model.safetensors"] {
      try FileManager.default.removeItem(atPath: run.folder("out/\(name)"))
    }
    #expect(TrainingRun<LanguageModelTask>.isBegun(in: run.folder("out")))
    #expect(
      try TrainingRun<LanguageModelTask>.storedOptions(in: run.folder("out")) == run.options)
  }

  /// What must be the same after an interruption.
  private func outcome(_ run: SmallRun) throws -> [[UInt8]?] {
    let names = [
      "model.safetensors", "eval_results.json", "latest/model.safetensors",
      "latest/optimizer.safetensors", "latest/carry.safetensors",
    ]
    return try names.map { run.bytes($0) } + run.metrics().map { Array($0.utf8) }
  }

  @Test(
    "A run that was stopped and resumed is the same to the bit as one that was not",
    arguments: CellKind.allCases)
  func stoppedAndResumed(_ cell: CellKind) throws {
    var whole = SmallRun()
    whole.options.cell = cell
    try whole.run()
    let expected = try outcome(whole)
    #expect(expected.allSatisfy { $0 != nil })
    // In the first step, inside an epoch, at its end (13), at an evaluation (10, 30), near the end.
    for step in [1, 7, 10, 13, 30, 35] {
      var run = SmallRun()
      run.options.cell = cell
      let summary = try run.run(stoppingAfter: step)
      #expect(summary.ending == .stopped)
      #expect(summary.stepCount == step)
      #expect(run.checkpoints.last == step)
      _ = try ModelDirectory(contentsOf: run.folder("out"))
      run.options.resume = true
      #expect(try run.run().ending == .completed)
      #expect(run.steps.first?.step == step + 1)
      #expect(run.warnings.isEmpty)
      #expect(try outcome(run) == expected, "stopped after step \(step)")
    }
  }

  @Test("What is dropped, and an adaptive softmax, go on as they were")
  func regularised() throws {
    func run() -> SmallRun {
      var run = SmallRun()
      run.options.lockedDropout = true
      run.options.inputDropout = 0.1
      run.options.embeddingDropout = 0.2
      run.options.weightDrop = 0.3
      run.options.softmax = .adaptive
      run.options.resetState = 0.5
      run.options.hiddenSize = [16]
      return run
    }
    var whole = run()
    try whole.run()
    let expected = try outcome(whole)
    #expect(expected.allSatisfy { $0 != nil })
    // After the first step the byte tokens' cluster may not have had a gradient yet.
    for step in [1, 20] {
      var stopped = run()
      try stopped.run(stoppingAfter: step)
      stopped.options.resume = true
      #expect(try stopped.run().ending == .completed)
      #expect(try outcome(stopped) == expected, "stopped after step \(step)")
    }
    let model = try ModelDirectory(contentsOf: whole.folder("out")).model
    #expect(
      model.stack.dropout
        == CoreDropout(between: 0.2, inputs: 0.1, embedding: 0.2, weights: 0.3, locked: true))
    #expect(model.head.adaptive != nil)
    var other = run()
    try other.run(stoppingAfter: 2)
    other.options.resume = true
    other.options.weightDrop = 0.4
    let error = #expect(throws: RecurError.self) { try other.run() }
    #expect(error?.what.contains("--weight-drop") == true)
  }

  @Test("A run that was interrupted many times is the same to the bit")
  func manyInterruptions() throws {
    var whole = SmallRun()
    whole.options.optimizer = .rmsprop
    whole.options.schedule = .plateau
    try whole.run()
    var run = SmallRun()
    run.options.optimizer = .rmsprop
    run.options.schedule = .plateau
    run.options.resume = true
    for step in stride(from: 5, to: 36, by: 5) {
      #expect(try run.run(stoppingAfter: step).ending == .stopped)
    }
    try run.run()
    #expect(try outcome(run) == outcome(whole))
  }

  @Test("A process that died is resumed from its last checkpoint, to the same bits and lines")
  func died() throws {
    var whole = SmallRun()
    whole.options.saveEvery = 6
    try whole.run()
    var run = SmallRun()
    run.options.saveEvery = 6
    try run.run(stoppingAfter: 17)
    // As if it had been killed at step 17: its last checkpoint is that of step 12, and the metrics
    // have lines after it, the last one torn.
    DurableDirectory.remove(run.folder("out/checkpoints/checkpoint-17"))
    let torn = (run.bytes("metrics.jsonl") ?? []) + Array(#"{"kind":"st"#.utf8)
    run.folder.file("out/metrics.jsonl", torn)
    run.folder.file("out/checkpoints/leftover", [])
    run.options.resume = true
    try run.run()
    #expect(run.steps.first?.step == 13)
    #expect(try outcome(run) == outcome(whole))
  }

  @Test("A damaged checkpoint is passed over for the one before it, with a warning")
  func damaged() throws {
    var whole = SmallRun()
    try whole.run()
    var run = SmallRun()
    try run.run(stoppingAfter: 25)
    var bytes = try #require(run.bytes("checkpoints/checkpoint-25/model.safetensors"))
    bytes[bytes.count - 1] ^= 1
    run.folder.file("out/checkpoints/checkpoint-25/model.safetensors", bytes)
    run.options.resume = true
    try run.run()
    #expect(run.warnings.contains { $0.contains("checkpoint-25") })
    #expect(run.steps.first?.step == 21)
    #expect(try outcome(run) == outcome(whole))
  }

  @Test("Damaged checkpoints do not count as those that are kept")
  func damagedAndPruned() throws {
    var run = SmallRun()
    try run.run(stoppingAfter: 25)
    run.folder.file("out/checkpoints/checkpoint-25/manifest.json", Array("{}".utf8))
    run.options.resume = true
    run.options.keep = 1
    run.options.saveEvery = 2
    try run.run(stoppingAfter: 23)
    #expect(run.checkpoints.contains(23), "\(run.checkpoints)")
    #expect(try run.run().stepCount == 36)
    #expect(run.steps.first?.step == 24)
  }

  @Test("The card has the latest sample, however often the run was interrupted")
  func sampleOnCard() throws {
    func run() -> SmallRun {
      var run = SmallRun()
      run.options.sampleEvery = 7
      run.options.sampleLength = 20
      return run
    }
    var whole = run()
    try whole.run()
    var parts = run()
    try parts.run(stoppingAfter: 8)
    parts.options.resume = true
    // The evaluation at step 10 is the next to write the card.
    try parts.run(stoppingAfter: 12)
    var before = run()
    try before.run(stoppingAfter: 12)
    #expect(parts.bytes("README.md") == before.bytes("README.md"))
    try parts.run()
    #expect(parts.bytes("README.md") == whole.bytes("README.md"))
  }

  @Test("Without a checkpoint, resuming begins; with damaged ones only, it is refused")
  func nothingToResume() throws {
    var run = SmallRun()
    run.options.resume = true
    #expect(try run.run(stoppingAfter: 3).stepCount == 3)
    run.folder.file("out/checkpoints/checkpoint-3/manifest.json", Array("{}".utf8))
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .badData)
  }

  @Test("A run is there from its first moment, and a model alone is none")
  func begun() throws {
    typealias Run = TrainingRun<LanguageModelTask>
    var run = SmallRun()
    let output = run.folder("out")
    #expect(!Run.isBegun(in: output))
    try run.run(stoppingAfter: 3)
    #expect(Run.isBegun(in: output))
    let arguments = try #require(run.bytes("training_args.json"))
    for name in ["died", "copied"] { try Folder.create(run.folder(name)) }
    run.folder.file("died/training_args.json", arguments)
    #expect(Run.isBegun(in: run.folder("died")))
    run.folder.file("copied/training_args.json", arguments)
    run.folder.file("copied/model.safetensors", try #require(run.bytes("model.safetensors")))
    #expect(!Run.isBegun(in: run.folder("copied")))
  }

  @Test("A finished run that is resumed does no step, and a longer one goes on")
  func finished() throws {
    var run = SmallRun()
    try run.run()
    let before = run.bytes("model.safetensors")
    run.options.resume = true
    let again = try run.run()
    #expect(run.steps.isEmpty && again.stepCount == 36 && again.best != nil)
    #expect(run.bytes("model.safetensors") == before)
    run.options.steps = 40
    #expect(try run.run().stepCount == 40)
    #expect(run.steps.map(\.step) == [37, 38, 39, 40])
    #expect(run.warnings.contains { $0.contains("36 steps") && $0.contains("40 steps") })
  }

  @Test("Options that do not fit a checkpoint are refused, each by its flag")
  func incompatible() throws {
    var run = SmallRun()
    try run.run(stoppingAfter: 5)
    run.options.resume = true
    var other = run
    other.options.batchSize = 4
    other.options.seed = 77
    other.options.cell = .gru
    let error = #expect(throws: RecurError.self) { try other.run() }
    #expect(error?.kind == .badConfiguration)
    for flag in ["--batch-size", "--seed", "--cell"] {
      #expect(error?.what.contains(flag) == true)
    }
    #expect(error?.what.contains("--window") == false)
    let stored = try TrainingRun<LanguageModelTask>.storedOptions(in: run.folder("out"))
    #expect(stored?.batchSize == 3)
    #expect(try TrainingRun<LanguageModelTask>.storedOptions(in: run.folder("elsewhere")) == nil)
  }

  @Test("Another text is warned of")
  func otherText() throws {
    var run = SmallRun()
    try run.run(stoppingAfter: 5)
    run.options.resume = true
    let other = Corpus(text: SmallRun.text + "()\n")
    let resumed = try TrainingRun(run.options, corpus: other)
    var warnings: [String] = []
    try resumed.run { if case .warning(let text) = $0 { warnings.append(text) } }
    #expect(warnings.contains { $0.contains("text") })
  }

  @Test("The number of threads may change, and the bits do not")
  func otherThreads() throws {
    var whole = SmallRun()
    whole.options.threads = 2
    try whole.run()
    var run = SmallRun()
    run.options.threads = 1
    try run.run(stoppingAfter: 11)
    run.options.threads = 2
    run.options.resume = true
    try run.run()
    #expect(try outcome(run) == outcome(whole))
  }
}

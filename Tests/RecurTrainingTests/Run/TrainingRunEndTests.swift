import Recur
import RecurFiles
import TestSupport
import Testing

@Suite("How a run ends") struct TrainingRunEndTests {
  @Test("A run ends early when the validation loss does not improve")
  func earlyStopping() throws {
    var run = SmallRun()
    run.options.learningRate = 1e-30
    run.options.patience = 2
    run.options.steps = 1000
    let summary = try run.run()
    #expect(summary.ending == .stoppedEarly)
    #expect(summary.stepCount == 30)
    #expect(summary.bestStep == 10)
    // Resumed, it is still over, unless there is more patience now.
    run.options.resume = true
    #expect(try run.run().stepCount == 30)
    run.options.patience = 4
    #expect(try run.run().stepCount == 50)
  }

  @Test("A run of some seconds ends by the clock, its learning rate down at the end")
  func timeBudget() throws {
    var run = SmallRun()
    run.options.steps = nil
    run.options.minutes = 0.5 / 60
    run.options.warmup = 0
    run.options.evaluateEvery = 100_000
    run.options.logEvery = 1
    let summary = try run.run()
    #expect(summary.ending == .completed)
    #expect(summary.seconds >= 0.5 && summary.seconds < 30)
    let rates = run.steps.map(\.learningRate)
    #expect(rates.first ?? 0 > 4e-3)
    #expect(rates.last ?? 1 < (rates.first ?? 0) / 2)
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(run.steps.allSatisfy { $0.remaining ?? -1 >= 0 && $0.fraction <= 1 })
    #expect(try run.metrics().first?.contains("progress") == true)
  }

  @Test("A run whose time is up before its first step takes one, and leaves a model")
  func noTime() throws {
    var run = SmallRun()
    run.options.steps = nil
    run.options.minutes = 1e-9
    let summary = try run.run()
    #expect(summary.stepCount == 1 && summary.ending == .completed)
    #expect(run.checkpoints == [1] && run.bytes("model.safetensors") != nil)
  }

  @Test("What prepares a run counts as its time")
  func preparing() throws {
    var run = SmallRun()
    run.options.steps = 1
    let first = try TrainingRun<LanguageModelTask>(run.options, secondsBefore: 100) {
      beginning throws(RecurError) in
      let start = ContinuousClock().now
      while ContinuousClock().now - start < .milliseconds(300) {}
      let data = try TrainingData(run.options, training: Corpus(text: SmallRun.text))
      return try LanguageModelTask(run.options, data)
    }
    #expect(try first.run().seconds >= 100.3)
  }

  @Test("An optimizer that overflowed is not saved: the last checkpoint can be resumed from")
  func overflow() throws {
    var run = SmallRun()
    run.options.cell = .rnnReLU
    run.options.optimizer = .adam
    run.options.clipNorm = 0
    // The first update makes weights of a thousand, and squares of the gradients then overflow.
    run.options.learningRate = 1000
    run.options.warmup = 0
    run.options.schedule = .constant
    run.options.saveEvery = 1
    run.options.steps = 30
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .diverged)
    run.options.resume = true
    let again = #expect(throws: RecurError.self) { try run.run() }
    #expect(again?.what.contains("optimizer") == true, "\(again?.what ?? "")")
  }

  @Test("A loss that is not finite ends the run and leaves the last checkpoint")
  func diverged() throws {
    var run = SmallRun()
    run.options.cell = .rnnReLU
    run.options.optimizer = .sgd
    run.options.schedule = .constant
    run.options.clipNorm = 0
    run.options.warmup = 300
    run.options.learningRate = 1000
    run.options.steps = 500
    run.options.evaluateEvery = 1
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .diverged)
    #expect(error?.what.contains("step ") == true)
    let done = try #require(run.steps.last?.step)
    let last = try #require(run.checkpoints.last)
    #expect(done - last <= 1)
    #expect(error?.hint.contains("checkpoint-\(last)") == true)
    // Loading refuses weights that are not finite.
    _ = try ModelDirectory(contentsOf: run.folder("out/checkpoints/checkpoint-\(last)"))
    _ = try ModelDirectory(contentsOf: run.folder("out"))
  }
}

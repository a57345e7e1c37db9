import Recur
import RecurTensors
import Testing

@Suite struct TrainerTests {
  private let tokens: [Int32] = (0..<600).map { Int32(($0 * $0 + $0 / 3) % 11) }

  private func model(
    _ cell: CellKind = .lstm, dropout: Double = 0, layers: Int = 2
  ) throws -> LanguageModel {
    var generator = SeededGenerator(seed: 3)
    return try LanguageModel(
      LanguageModelConfiguration(
        cell: cell, vocabularySize: 11, embeddingSize: 6,
        hiddenSizes: Array(repeating: 10, count: layers), dropout: dropout), using: &generator)
  }

  private var windows: ContiguousBatches {
    ContiguousBatches(tokens, batchSize: 4, windowLength: 9)
  }

  @Test("An epoch's report counts every prediction, and the loss falls from epoch to epoch")
  func epochs() throws {
    var model = try model()
    var trainer = Trainer(optimizer: Adam(learningRate: 2e-3), clippingNorm: 1)
    let first = try trainer.fit(&model, on: windows)
    #expect(first.stepCount == windows.count)
    #expect(first.tokenCount == windows.predictionCount)
    #expect(trainer.stepCount == windows.count)
    #expect(abs(first.bitsPerCharacter * 0.693147180559945 - first.natsPerToken) < 1e-12)
    var last = first
    for _ in 1..<10 { last = try trainer.fit(&model, on: windows) }
    #expect(last.natsPerToken < first.natsPerToken - 0.2)
  }

  @Test("A schedule decides the learning rate of each step")
  func schedule() throws {
    var model = try model()
    var trainer = Trainer(
      optimizer: Adam(learningRate: 0.01), schedule: Schedule(.linear, warmup: 2, totalSteps: 12))
    var rates: [Double] = []
    try trainer.fit(&model, on: windows) { rates.append($0.learningRate) }
    let expected = [0.005, 0.01] + (0..<10).map { 0.01 * (1 - Double($0) / 10) }
    #expect(zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("Clipping by norm shortens a step's gradient to the norm and leaves shorter ones alone")
  func clippingByNorm() throws {
    func change(_ norm: Double?) throws -> (Double, StepReport) {
      var model = try model()
      let before = model.parameters.flatMap { $0.value.scalars.map { Double($0) } }
      var trainer = Trainer(optimizer: SGD(learningRate: 1), clippingNorm: norm)
      let report = try trainer.step(&model, on: windows[0], from: nil).report
      let after = model.parameters.flatMap { $0.value.scalars.map { Double($0) } }
      let squares = zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return (squares.squareRoot(), report)
    }
    let (free, report) = try change(nil)
    #expect(abs(free - report.gradientNorm) < 1e-4 * free)
    #expect(!report.isClipped)
    let (clipped, clippedReport) = try change(free / 4)
    #expect(abs(clipped - free / 4) < 1e-3 * free)
    #expect(clippedReport.isClipped)
    #expect(clippedReport.gradientNorm == report.gradientNorm)
    #expect(try change(free * 2).0 == free)
  }

  @Test("Clipping by value holds every element within the limit")
  func clippingByValue() throws {
    var model = try model()
    let before = model.parameters.flatMap { $0.value.scalars }
    var trainer = Trainer(optimizer: SGD(learningRate: 1), clippingValue: 1e-3)
    _ = try trainer.step(&model, on: windows[0], from: nil)
    let after = model.parameters.flatMap { $0.value.scalars }
    let changes = zip(before, after).map { abs($0 - $1) }
    #expect(changes.allSatisfy { $0 < 1.001e-3 })
    #expect(changes.contains { $0 > 0.999e-3 })
  }

  @Test("Dropout acts in training, by the seed, and not in evaluation")
  func dropout() throws {
    func loss(_ dropout: Double, seed: UInt64) throws -> Double {
      var model = try model(dropout: dropout)
      var trainer = Trainer(optimizer: SGD(), seed: seed)
      return try trainer.step(&model, on: windows[0], from: nil).report.loss
    }
    #expect(try loss(0, seed: 1) == loss(0, seed: 2))
    #expect(try loss(0.5, seed: 1) == loss(0.5, seed: 1))
    #expect(try loss(0.5, seed: 1) != loss(0.5, seed: 2))
    #expect(try loss(0.5, seed: 1) != loss(0, seed: 1))
    let with = try Evaluation().losses(of: tokens, under: model(dropout: 0.5))
    #expect(try with == Evaluation().losses(of: tokens, under: model()))
  }

  @Test("Dropout is another at each step")
  func dropoutByStep() throws {
    var model = try model(dropout: 0.5)
    var trainer = Trainer(optimizer: SGD(learningRate: 0), seed: 1)
    let first = try trainer.step(&model, on: windows[0], from: nil).report.loss
    let second = try trainer.step(&model, on: windows[0], from: nil).report.loss
    #expect(first != second)
  }

  @Test("The carry matters: the same window after another one has another loss")
  func carryMatters() throws {
    var model = try model()
    var trainer = Trainer(optimizer: SGD(learningRate: 0))
    let carry = try trainer.step(&model, on: windows[0], from: nil).carry
    let cold = try trainer.step(&model, on: windows[1], from: nil).report.loss
    let warm = try trainer.step(&model, on: windows[1], from: carry).report.loss
    #expect(cold != warm)
  }

  @Test(
    "An adversarial step goes along the mean of the gradients without and with the perturbation")
  func adversarialStep() throws {
    struct Slope: Module {
      var weight = Parameter(Tensor([3, -2], shape: [2]))
      mutating func visitParameters(
        _ visit: (String, inout Parameter) throws -> Void
      ) rethrows { try visit("weight", &weight) }
    }
    // The loss is Σ w (x + r), its gradient for r is w and for w is x + r.
    var model = Slope()
    var trainer = Trainer(optimizer: SGD(learningRate: 1))
    let report = try trainer.step(
      &model, perturbing: Tensor([0, 0], shape: [2]),
      by: { Tensor($1.scalars.map { 10 * $0 }, shape: $1.shape) }
    ) { model, tape, perturbation in
      let inputs = tape.constant(Tensor([1, 5], shape: [2])) + perturbation
      return (model.weight.variable(on: tape) * inputs).sum()
    }
    // The objective is half of each, hence r = 10 · w / 2 = (15, -10).
    #expect(report.loss == (-7.0 + 58) / 2)
    #expect(model.weight.value.scalars == [3 - 17 / 2, -2])
    #expect(trainer.stepCount == 1)
  }

  @Test("A weight that is not finite stops the step by name, before anything has changed")
  func divergedWeight() throws {
    var model = try model()
    var trainer = Trainer(optimizer: Adam())
    _ = try trainer.step(&model, on: windows[0], from: nil)
    model.visitParameters { name, parameter in
      if name == "rnn.weight_hh_l1" {
        parameter.value.withUnsafeMutableBuffer { $0[3] = .nan }
      }
    }
    let before = (model.parameters.map(\.value.scalars.debugDescription), trainer.state.step)
    let error = #expect(throws: RecurError.self) {
      _ = try trainer.step(&model, on: windows[1], from: nil)
    }
    #expect(error?.kind == .diverged)
    #expect(error?.what.contains("step 2") == true)
    #expect(error?.what.contains("rnn.weight_hh_l1") == true)
    #expect(model.parameters.map(\.value.scalars.debugDescription) == before.0)
    #expect(trainer.state.step == before.1)
  }

  @Test("A gradient that is not finite stops the step by name, before anything has changed")
  func divergedGradient() throws {
    struct Root: Module {
      var calm = Parameter(Tensor([1, 2], shape: [2]))
      var steep = Parameter(Tensor([0, 0], shape: [2]))
      mutating func visitParameters(
        _ visit: (String, inout Parameter) throws -> Void
      ) rethrows {
        try visit("calm", &calm)
        try visit("steep", &steep)
      }
    }
    var model = Root()
    var trainer = Trainer(optimizer: SGD(learningRate: 1))
    // At 0 the value is 0 for any slope, and the slope of this is beyond every number.
    let error = #expect(throws: RecurError.self) {
      _ = try trainer.step(&model) { model, tape in
        let calm = model.calm.variable(on: tape)
        let steep = model.steep.variable(on: tape) * Real.greatestFiniteMagnitude
        return (calm * calm).sum() + (steep * Real.greatestFiniteMagnitude).sum()
      }
    }
    #expect(error?.kind == .diverged)
    #expect(error?.what.contains("steep") == true)
    #expect(error?.what.contains("step 1") == true)
    #expect(model.calm.value.scalars == [1, 2])
    #expect(trainer.stepCount == 0)
  }

  @Test(
    "After 200 steps the weights are the same bits for 1 and 2 threads",
    arguments: CellKind.allCases)
  func threads(_ cell: CellKind) throws {
    func run(_ threadCount: Int) throws -> [Tensor] {
      try ThreadTeam.$current.withValue(ThreadTeam(threadCount: threadCount)) {
        var model = try model(cell, dropout: 0.1)
        var trainer = Trainer(optimizer: AdamW(learningRate: 5e-3), clippingNorm: 1, seed: 9)
        while trainer.stepCount < 200 { try trainer.fit(&model, on: windows) }
        return model.parameters.map(\.value)
      }
    }
    #expect(try run(1) == run(2))
  }
}

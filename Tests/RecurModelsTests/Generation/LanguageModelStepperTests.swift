import Recur
import Testing

@Suite("The stepper of a language model")
struct LanguageModelStepperTests {
  @Test("Steps give the logits of the whole, for each row", arguments: CellKind.allCases)
  func stepsEqualTheWhole(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell)
    let window = SmallModels.window(length: 6, batchSize: 3)
    let (logits, carry) = model.logits(after: window.inputs, batchSize: 3)
    var stepper = LanguageModelStepper(model, rows: 3)
    for step in 0..<6 {
      let next = stepper.step(Array(window.inputs[step * 3..<step * 3 + 3]))
      let expected = Tensor(Array(logits.scalars[step * 21..<step * 21 + 21]), shape: [3, 7])
      #expect(SmallModels.distance(next, expected) < 1e-5)
    }
    let reached = stepper.carry
    for (a, b) in zip(reached.layers.joined(), carry.layers.joined()) {
      #expect(SmallModels.distance(a, b) < 1e-5)
    }
  }

  @Test(
    "Several tokens at once are as many steps, and a state goes on", arguments: CellKind.allCases)
  func feedEqualsSteps(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell)
    let window = SmallModels.window(length: 6, batchSize: 2)
    var (atOnce, stepwise) = (
      LanguageModelStepper(model, rows: 2), LanguageModelStepper(model, rows: 2)
    )
    let fed = atOnce.feed(window.inputs)
    var last = Tensor(zeros: [2, 7])
    for step in 0..<6 { last = stepwise.step(Array(window.inputs[step * 2..<step * 2 + 2])) }
    #expect(SmallModels.distance(fed, last) < 1e-5)
    var resumed = LanguageModelStepper(model, rows: 2, from: atOnce.carry)
    #expect(SmallModels.distance(resumed.step([1, 2]), stepwise.step([1, 2])) < 1e-5)
  }

  /// The logits of each of some steps of one token a row.
  private func logits(_ stepper: LanguageModelStepper, _ window: Window) -> [Tensor] {
    var stepper = stepper
    return stride(from: 0, to: window.inputs.count, by: window.batchSize).map {
      stepper.step(Array(window.inputs[$0..<$0 + window.batchSize]))
    }
  }

  @Test(
    "Copies in the middle of a text go on by themselves, at the same time too",
    arguments: CellKind.allCases)
  func copiesAreIndependent(cell: CellKind) async throws {
    // Large enough for two threads to share a step.
    let model = try SmallModels.model(cell: cell, hiddenSizes: [80, 66])
    let window = SmallModels.window(length: 100, batchSize: 2)
    var beginning = LanguageModelStepper(model, rows: 2)
    for token: Int32 in [1, 2, 3] { _ = beginning.step([token, 0]) }
    let (copy, carry) = (beginning, beginning.carry)
    let expected = logits(LanguageModelStepper(model, rows: 2, from: carry), window)
    await withTaskGroup(of: [Tensor].self) { group in
      for _ in 0..<4 { group.addTask { logits(copy, window) } }
      for await found in group { #expect(found == expected) }
    }
  }

  @Test("Weights of 8 bits give nearly the same logits", arguments: CellKind.allCases)
  func wholeNumbersAreNear(cell: CellKind) throws {
    let model = try SmallModels.model(cell: cell, embeddingSize: 20, hiddenSizes: [70, 33])
    let window = SmallModels.window(length: 12, batchSize: 3)
    let exact = logits(LanguageModelStepper(model, rows: 3), window)
    let rounded = logits(LanguageModelStepper(model, rows: 3, .int8), window)
    for (a, b) in zip(exact, rounded) {
      let size = a.scalars.map { Double($0.magnitude) }.max() ?? 0
      let error = SmallModels.distance(a, b)
      #expect(error < 0.02 * size && error > 0, "\(error) of \(size)")
    }
  }

  @Test(
    "The bits are the same for any number of threads and whatever rows stand beside",
    arguments: CellKind.allCases, InferenceWeights.allCases)
  func bitsDoNotDepend(cell: CellKind, weights: InferenceWeights) throws {
    // Large enough that threads share a step.
    let model = try SmallModels.model(cell: cell, embeddingSize: 130, hiddenSizes: [300, 280])
    let window = SmallModels.window(length: 5, batchSize: 3)
    let expected = ThreadTeam.$current.withValue(ThreadTeam(threadCount: 1)) {
      logits(LanguageModelStepper(model, rows: 3, weights), window)
    }
    for threads in [2, 3] {
      let found = ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
        logits(LanguageModelStepper(model, rows: 3, weights), window)
      }
      #expect(found == expected, "\(threads) threads")
    }
    let packed = LanguageModelStepper(model, rows: 3, weights)
    for row in 0..<3 {
      let alone = Window(
        inputs: stride(from: row, to: 15, by: 3).map { window.inputs[$0] },
        targets: stride(from: row, to: 15, by: 3).map { window.targets[$0] }, length: 5,
        batchSize: 1)
      let found = logits(LanguageModelStepper(sharing: packed, rows: 1), alone)
      for (a, b) in zip(found, expected) {
        #expect(a.scalars == Array(b.scalars[row * 7..<row * 7 + 7]), "row \(row)")
      }
    }
  }

  @Test("The losses of steps are those of the whole")
  func lossesOfSteps() throws {
    let model = try SmallModels.model()
    let window = SmallModels.window()
    var stepper = LanguageModelStepper(model, rows: 3)
    let (whole, carry) = model.losses(of: window)
    let found = stepper.losses(of: window)
    #expect(zip(found, whole).allSatisfy { abs($0 - $1) < 1e-5 } && found.count == whole.count)
    stepper.carry = carry
    #expect(stepper.carry == carry)
  }

  @Test("A prompt of any length leads to the same text with weights of 8 bits as its steps do")
  func longPrompts() throws {
    let model = try SmallModels.model(hiddenSizes: [40, 40])
    let tokens = SmallModels.window(length: 40, batchSize: 1).inputs
    var (atOnce, stepwise) = (
      LanguageModelStepper(model, rows: 1, .int8), LanguageModelStepper(model, rows: 1, .int8)
    )
    let fed = atOnce.feed(tokens)
    var last = Tensor(zeros: [1, 7])
    for token in tokens { last = stepwise.step([token]) }
    #expect(fed == last)
  }

  @Test(
    "Where a table of all tokens would be large, rows are gathered", arguments: CellKind.allCases)
  func rowsAreGathered(cell: CellKind) throws {
    let vocabulary = (1 << 23) / 64 + 1
    let model = try SmallModels.model(
      cell: cell, vocabularySize: vocabulary, embeddingSize: 5, hiddenSizes: [64, 3])
    let window = SmallModels.window(length: 3, batchSize: 2, vocabularySize: vocabulary)
    let whole = model.logits(after: window.inputs, batchSize: 2).logits
    let last = Tensor(
      Array(whole.scalars[4 * vocabulary..<6 * vocabulary]), shape: [2, vocabulary])
    let found = logits(LanguageModelStepper(model, rows: 2), window)
    #expect(SmallModels.distance(found[2], last) < 1e-5)
  }
}

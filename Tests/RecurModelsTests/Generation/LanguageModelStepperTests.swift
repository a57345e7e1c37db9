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
}

import Recur
import Testing

/// One weight under one rule in double precision, straight from the rule's definition.
private struct ScalarRule: Sendable {
  typealias Update =
    @Sendable (
      _ weight: inout Double, _ gradient: Double, _ m: inout Double, _ v: inout Double, _ step: Int
    ) -> Void
  let update: Update
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}

private let adamRule = ScalarRule { weight, gradient, m, v, step in
  m = 0.9 * m + 0.1 * gradient
  v = 0.999 * v + 0.001 * gradient * gradient
  let first = m / (1 - power(0.9, step))
  let root = v.squareRoot() / (1 - power(0.999, step)).squareRoot()
  weight -= 0.01 * first / (root + 1e-8)
}

@Suite struct OptimizerTests {
  /// Runs ten updates and compares every weight with the rule in double precision.
  private func check(
    _ optimizer: some Optimizer, against rule: ScalarRule, tolerance: Double = 2e-5,
    gradientOf: (Double, Double) -> Double = { gradient, _ in gradient }
  ) {
    var model = ParameterPair()
    var state = OptimizerState()
    var weights = model.parameters.map { $0.value.scalars.map { Double($0) } }
    var m = weights.map { $0.map { _ in 0.0 } }
    var v = m
    for step in 1...10 {
      let gradients = model.gradients(step: step)
      let given = [gradients[model.first], gradients[model.second]].map { $0?.scalars ?? [] }
      for part in weights.indices {
        for index in weights[part].indices {
          let gradient = gradientOf(Double(given[part][index]), weights[part][index])
          rule.update(
            &weights[part][index], gradient, &m[part][index], &v[part][index], step)
        }
      }
      optimizer.update(&model, with: gradients, state: &state)
    }
    #expect(state.step == 10)
    for (part, parameter) in model.parameters.enumerated() {
      let worst =
        zip(parameter.value.scalars, weights[part])
        .map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(worst < tolerance, "\(parameter.name) is off by \(worst)")
    }
  }

  @Test("Adam corrects both moments and adds ε after the root")
  func adam() {
    check(Adam(learningRate: 0.01), against: adamRule)
  }

  @Test("Adam's weight decay is part of the gradient")
  func adamDecay() {
    check(Adam(learningRate: 0.01, weightDecay: 0.1), against: adamRule) { $0 + 0.1 * $1 }
  }

  @Test("AdamW's weight decay is apart from the gradient and scaled by the learning rate")
  func adamW() {
    check(
      AdamW(learningRate: 0.01, weightDecay: 0.1),
      against: ScalarRule { weight, gradient, m, v, step in
        weight *= 1 - 0.01 * 0.1
        adamRule.update(&weight, gradient, &m, &v, step)
      })
  }

  @Test("SGD adds the gradient to the decayed velocity")
  func sgd() {
    check(
      SGD(learningRate: 0.05, momentum: 0.8, weightDecay: 0.1),
      against: ScalarRule { weight, gradient, m, _, _ in
        m = 0.8 * m + gradient
        weight -= 0.05 * m
      }
    ) { $0 + 0.1 * $1 }
  }

  @Test("RMSprop divides by the root of the mean square plus ε")
  func rmsprop() {
    check(
      RMSprop(learningRate: 0.01, smoothing: 0.9, epsilon: 1e-3),
      against: ScalarRule { weight, gradient, _, v, _ in
        v = 0.9 * v + 0.1 * gradient * gradient
        weight -= 0.01 * gradient / (v.squareRoot() + 1e-3)
      })
  }

  @Test("A gradient is scaled first and held within the limit second")
  func scaleAndLimit() {
    var model = ParameterPair()
    let before = model.second.value.scalars
    let gradients = model.gradients(step: 1, scale: 8)
    let given = gradients[model.second]?.scalars ?? []
    var state = OptimizerState()
    SGD(learningRate: 1).update(
      &model, with: gradients, state: &state, gradientScale: 0.5, gradientLimit: 1.5)
    for (index, weight) in model.second.value.scalars.enumerated() {
      let expected = before[index] - min(max(given[index] * 0.5, -1.5), 1.5)
      #expect(abs(weight - expected) < 1e-6)
    }
    #expect(given.contains { abs($0 * 0.5) > 1.5 } && given.contains { abs($0 * 0.5) < 1.5 })
  }

  @Test("A parameter without a gradient stays as it is and is not remembered")
  func missingGradient() {
    var model = ParameterPair()
    let before = model.second.value
    var gradients = model.gradients(step: 1)
    gradients[model.second] = nil
    var state = OptimizerState()
    Adam(weightDecay: 1).update(&model, with: gradients, state: &state)
    #expect(model.second.value == before)
    #expect(state.tensors.keys.sorted() == ["first"])
  }

  @Test(
    "A learning rate goes by the factor of the parameter, and a factor of 0 leaves it untouched")
  func rateFactors() {
    var model = ParameterPair()
    var plain = model
    let before = model
    let gradients = model.gradients(step: 1)
    var (state, plainState) = (OptimizerState(), OptimizerState())
    AdamW(learningRate: 0.1, weightDecay: 0.5).update(
      &model, with: gradients, state: &state,
      rateFactors: LearningRateFactors { $0 == "first" ? 0 : 0.5 })
    AdamW(learningRate: 0.05, weightDecay: 0.5).update(
      &plain, with: gradients, state: &plainState)
    #expect(model.first.value == before.first.value)
    #expect(model.second.value == plain.second.value)
    #expect(state.tensors.keys.sorted() == ["second"])
  }

  @Test("A parameter that was frozen at first is corrected from its own first update on")
  func lateStart() {
    var model = ParameterPair()
    var state = OptimizerState()
    for step in 1...3 {
      Adam().update(
        &model, with: model.gradients(step: step), state: &state,
        rateFactors: LearningRateFactors { $0 == "first" ? 0 : 1 })
    }
    var fresh = model
    var freshState = OptimizerState()
    let gradients = model.gradients(step: 4)
    Adam().update(&model, with: gradients, state: &state)
    Adam().update(&fresh, with: gradients, state: &freshState)
    #expect(model.first.value == fresh.first.value)
    #expect(model.second.value != fresh.second.value)
    #expect(state.starts == ["first": 3])
  }

  @Test("A parameter without a gradient in some steps is corrected by the count of its own updates")
  func pausing() {
    var model = ParameterPair()
    var undisturbed = model
    var (state, other) = (OptimizerState(), OptimizerState())
    for step in 1...9 {
      var gradients = model.gradients(step: step)
      if step % 3 != 1 { gradients[model.first] = nil }
      Adam().update(&model, with: gradients, state: &state)
      guard step % 3 == 1 else { continue }
      Adam().update(&undisturbed, with: undisturbed.gradients(step: step), state: &other)
    }
    #expect(model.first.value == undisturbed.first.value)
    #expect(model.second.value != undisturbed.second.value)
  }

  @Test("Updates are the same bits for any number of threads")
  func threads() {
    func run(_ threadCount: Int) -> [Tensor] {
      ThreadTeam.$current.withValue(ThreadTeam(threadCount: threadCount)) {
        var model = ParameterPair(firstCount: 70_001)
        var state = OptimizerState()
        for step in 1...3 {
          Adam().update(&model, with: model.gradients(step: step), state: &state)
        }
        return model.parameters.map(\.value) + (state.tensors["first"] ?? [])
      }
    }
    #expect(run(1) == run(3))
  }

  @Test("A stored and restored state goes on to the same weights")
  func storedState() {
    var model = ParameterPair()
    var state = OptimizerState()
    let optimizer = AdamW()
    for step in 1...3 { optimizer.update(&model, with: model.gradients(step: step), state: &state) }
    #expect(
      state.named(by: AdamW.stateNames).map(\.name) == [
        "first.exp_avg", "first.exp_avg_sq", "second.exp_avg", "second.exp_avg_sq",
      ])
    var otherModel = model
    var otherState = OptimizerState(step: state.step, tensors: state.tensors)
    optimizer.update(&model, with: model.gradients(step: 4), state: &state)
    optimizer.update(&otherModel, with: otherModel.gradients(step: 4), state: &otherState)
    #expect(model.first.value == otherModel.first.value)
    #expect(state == otherState)
  }
}

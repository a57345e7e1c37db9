import Recur
import Testing

/// Training curves printed by PyTorch in double precision; see Tests/Golden/README.md.
@Suite struct GoldenCurveTests {
  struct Curve: Sendable, CustomTestStringConvertible {
    var name: String
    var cell: CellKind
    var optimizer: any Optimizer
    var testDescription: String { name }
  }

  static let curves = [
    Curve(name: "rnn_tanh_adam", cell: .rnnTanh, optimizer: Adam(learningRate: 2e-3)),
    Curve(name: "rnn_relu_adam", cell: .rnnReLU, optimizer: Adam(learningRate: 2e-3)),
    Curve(name: "lstm_adam", cell: .lstm, optimizer: Adam(learningRate: 2e-3)),
    Curve(name: "gru_adam", cell: .gru, optimizer: Adam(learningRate: 2e-3)),
    Curve(
      name: "lstm_adamw", cell: .lstm, optimizer: AdamW(learningRate: 2e-3, weightDecay: 0.01)),
    Curve(name: "lstm_sgd", cell: .lstm, optimizer: SGD(learningRate: 0.1, momentum: 0.9)),
    Curve(name: "lstm_rmsprop", cell: .lstm, optimizer: RMSprop(learningRate: 2e-3)),
  ]

  @Test(
    "Losses, gradient norms and final weights are PyTorch's at every step", arguments: curves)
  func curve(_ curve: Curve) throws {
    let file = try SafetensorsFile(contentsOf: golden("curve/\(curve.name).safetensors"))
    let losses = try file.doubles(named: "losses")
    let norms = try file.doubles(named: "gradient_norms")
    let tokens = try file.doubles(named: "tokens").map { Int32($0) }

    var generator = SeededGenerator(seed: 0)
    var model = try LanguageModel(
      LanguageModelConfiguration(
        cell: curve.cell, vocabularySize: 12, embeddingSize: 8, hiddenSizes: [16, 16]),
      using: &generator)
    var failure: (any Error)?
    model.visitParameters { name, parameter in
      do {
        let values = try file.doubles(named: "initial.\(name)").map { Real($0) }
        parameter.value = Tensor(values, shape: parameter.value.shape)
      } catch { failure = error }
    }
    if let failure { throw failure }

    var trainer = Trainer(optimizer: SGD(), clippingNorm: 1)
    trainer.optimizer = curve.optimizer
    var clippedSteps = 0
    let windows = ContiguousBatches(tokens, batchSize: 4, windowLength: 7)
    #expect(windows.count == losses.count)
    var step = 0
    try trainer.fit(&model, on: windows) { report in
      #expect(abs(report.loss - losses[step]) < 1e-4 * losses[step], "step \(step + 1)")
      #expect(abs(report.gradientNorm - norms[step]) < 1e-4 * norms[step], "step \(step + 1)")
      if report.isClipped { clippedSteps += 1 }
      step += 1
    }
    #expect(step == losses.count)
    #expect(clippedSteps == norms.count { $0 > 1 })
    #expect(clippedSteps > 0 && clippedSteps < step)
    for (name, value) in model.parameters {
      let expected = try file.doubles(named: "final.\(name)")
      let worst = zip(value.scalars, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(worst < 2e-4, "\(name) is off by \(worst)")
    }
  }

  private func golden(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/Golden/\(name)"
  }
}

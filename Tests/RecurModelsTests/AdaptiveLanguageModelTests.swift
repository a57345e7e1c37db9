import Recur
import TestSupport
import Testing

@Suite("A language model with an adaptive softmax")
struct AdaptiveLanguageModelTests {
  /// Tokens past the 256 bytes, which are the last classes.
  private func model(cell: CellKind = .lstm) throws -> LanguageModel {
    try SmallModels.model(
      cell: cell, vocabularySize: 300, hiddenSizes: [6, 16], adaptiveCutoffs: [20, 60])
  }
  private let window = SmallModels.window(length: 6, batchSize: 3, vocabularySize: 300)

  @Test("The parameters have PyTorch's names, shapes and order")
  func parameters() throws {
    let model = try model()
    let configuration = try #require(model.configuration)
    #expect(model.parameters.map(\.name) == configuration.parameterShapes.map(\.name))
    #expect(model.parameters.map(\.value.shape) == configuration.parameterShapes.map(\.shape))
    #expect(
      model.parameters.suffix(5).map(\.name) == [
        "decoder.head.weight", "decoder.tail.0.0.weight", "decoder.tail.0.1.weight",
        "decoder.tail.1.0.weight", "decoder.tail.1.1.weight",
      ])
    #expect(model.vocabularySize == 300)
  }

  @Test("Its logits are logarithms of probabilities, and their loss is the loss")
  func probabilities() throws {
    let model = try model()
    let logits = model.logits(after: window.inputs, batchSize: 3).logits
    let nats = model.losses(of: window).nats
    for (position, target) in window.targets.enumerated() {
      let row = (0..<300).map { Double(logits[position / 3, position % 3, $0]) }
      #expect(abs(row.reduce(0) { $0 + exponential($1) } - 1) < 1e-5)
      #expect(abs(nats[position] + row[Int(target)]) < 1e-5)
    }
    let mean = model.objective(of: window, on: nil).mean.value.scalar
    #expect(abs(nats.reduce(0, +) / 18 - Double(mean)) < 1e-5)
  }

  @Test("The pieces come before the bytes: the first piece is the first class")
  func classes() throws {
    let model = try model()
    let softmax = try #require(model.head.adaptive)
    let outputs = model.stack.unroll(
      tokens: window.inputs, embedding: Variable(model.embedding.weight.value), batchSize: 3
    ).outputs.value.reshaped([18, 16])
    let classes = softmax.logProbabilities(outputs)
    let logits = model.logits(after: window.inputs, batchSize: 3).logits.reshaped([18, 300])
    for row in 0..<18 {
      for token in 0..<300 {
        let expected = classes[row, token >= 256 ? token - 256 : token + 44]
        #expect(abs(logits[row, token] - expected) < 1e-5)
      }
    }
  }

  @Test("Steps give the logits of the whole", arguments: CellKind.allCases)
  func stepper(cell: CellKind) throws {
    let model = try model(cell: cell)
    let logits = model.logits(after: window.inputs, batchSize: 3).logits
    var stepper = LanguageModelStepper(model, rows: 3)
    for step in 0..<6 {
      let next = stepper.step(Array(window.inputs[step * 3..<step * 3 + 3]))
      let expected = Tensor(Array(logits.scalars[step * 900..<step * 900 + 900]), shape: [3, 300])
      #expect(SmallModels.distance(next, expected) < 1e-5)
    }
  }

  @Test("The gradient of every parameter is the slope of the objective")
  func gradients() throws {
    let model = try model()
    let gradients = model.valueWithGradient { $0.objective(of: window, on: $1).mean }.gradients
    let step: Real = MemoryLayout<Real>.size == 8 ? 1e-5 : 1e-2
    let tolerance = MemoryLayout<Real>.size == 8 ? 1e-8 : 2e-3
    for (name, value) in model.parameters {
      let gradient = try #require(model.gradient(name, in: gradients), "\(name) has none")
      var generator = SeededGenerator(seed: 9)
      for _ in 0..<5 {
        let index = Int.random(in: 0..<value.count, using: &generator)
        func loss(_ offset: Real) -> Double {
          var moved = model
          var changed = value
          changed.withUnsafeMutableBuffer { $0[index] += offset }
          moved.set(name, changed)
          return moved.losses(of: window).nats.reduce(0, +) / 18
        }
        let slope = (loss(step) - loss(-step)) / Double(2 * step)
        #expect(abs(slope - Double(gradient.scalars[index])) < tolerance, "\(name)[\(index)]")
      }
    }
  }

  @Test("Cut-offs that cannot be are refused, and so are tied weights")
  func badConfigurations() throws {
    let valid = LanguageModelConfiguration(
      cell: .gru, vocabularySize: 300, embeddingSize: 8, hiddenSizes: [8], adaptiveCutoffs: [10])
    try valid.validate()
    for cutoffs in [
      [], [0], [300], [20, 20], [30, 20], [-1, 4], [Int.min], [.max], Array(1...17),
    ] {
      var bad = valid
      bad.adaptiveCutoffs = cutoffs
      let error = #expect(throws: RecurError.self) { try bad.validate() }
      #expect(error?.what.contains("adaptive_cutoffs") == true, "\(cutoffs)")
    }
    var tied = valid
    tied.tiesWeights = true
    #expect(throws: RecurError.self) { try tied.validate() }
    for size in [2, 3, 7, 8, 300, 30_000] {
      var fitted = valid
      fitted.vocabularySize = size
      fitted.adaptiveCutoffs = LanguageModelConfiguration.adaptiveCutoffs(vocabularySize: size)
      try fitted.validate()
    }
    #expect(LanguageModelConfiguration.adaptiveCutoffs(vocabularySize: 20_000) == [2500, 10_000])
  }

  @Test("A directory gives it back to the bit, and what is dropped with it")
  func directory() throws {
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: SmallModels.text))
    let size = tokenizer.vocabulary.count
    var generator = SeededGenerator(seed: 3)
    let model = try LanguageModel(
      LanguageModelConfiguration(
        cell: .lstm, vocabularySize: size, embeddingSize: 6, hiddenSizes: [16], dropout: 0.25,
        locksDropout: true, inputDropout: 0.5, embeddingDropout: 0.125, weightDrop: 0.375,
        adaptiveCutoffs: LanguageModelConfiguration.adaptiveCutoffs(vocabularySize: size)),
      using: &generator)
    let folder = TemporaryFolder()
    try ModelDirectory(model, tokenizer).write(to: folder("model"))
    let read = try ModelDirectory(contentsOf: folder("model")).model
    #expect(read.configuration == model.configuration)
    #expect(read.parameters.map(\.value) == model.parameters.map(\.value))
    #expect(read.stack.dropout == model.stack.dropout && read.dropout == 0.25)
    #expect(
      read.stack.dropout
        == CoreDropout(
          between: 0.25, inputs: 0.5, embedding: 0.125, weights: 0.375, locked: true))
    let text = model.generate(after: "Wer ", tokenizer: tokenizer, count: 20, using: &generator)
    #expect(!text.isEmpty)
  }

  @Test("Everything that may be dropped acts in training and not in inference")
  func dropout() throws {
    var plain = LanguageModelConfiguration(
      cell: .lstm, vocabularySize: 300, embeddingSize: 8, hiddenSizes: [8, 8])
    func model(_ configuration: LanguageModelConfiguration) throws -> LanguageModel {
      var generator = SeededGenerator(seed: 3)
      return try LanguageModel(configuration, using: &generator)
    }
    func value(_ model: LanguageModel, seed: UInt64 = 1) -> Real {
      model.valueWithGradient(seed: seed) { $0.objective(of: window, on: $1).mean }.value
    }
    let base = try model(plain)
    plain.dropout = 0.5
    let changes: [(inout LanguageModelConfiguration) -> Void] = [
      { $0.locksDropout = true }, { $0.inputDropout = 0.5 }, { $0.embeddingDropout = 0.5 },
      { $0.weightDrop = 0.5 },
    ]
    let unlocked = try model(plain)
    for change in changes {
      var configuration = plain
      change(&configuration)
      let dropping = try model(configuration)
      #expect(dropping.losses(of: window).nats == base.losses(of: window).nats)
      #expect(value(dropping) != value(unlocked) && value(dropping) == value(dropping))
      #expect(value(dropping) != value(dropping, seed: 2))
    }
  }
}

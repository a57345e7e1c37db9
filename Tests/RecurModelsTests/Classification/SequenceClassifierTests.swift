import Recur
import TestSupport
import Testing

@Suite("A sequence classifier")
struct SequenceClassifierTests {
  @Test(
    "Logits, losses and every gradient equal PyTorch's", arguments: Pooling.allCases, [false, true])
  func equalsPyTorch(_ pooling: Pooling, _ isBidirectional: Bool) throws {
    let name = pooling.rawValue + (isBidirectional ? "_bidirectional" : "")
    let golden = try GoldenFile("classifier/\(name).safetensors")
    var generator = SeededGenerator(seed: 1)
    var model = try SequenceClassifier(
      SequenceClassifierConfiguration(
        cell: .lstm, vocabularySize: 7, embeddingSize: 5, hiddenSizes: [4, 4],
        isBidirectional: isBidirectional, pooling: pooling, classNames: ["a", "b", "c"]),
      using: &generator)
    try model.visitParameters { $1.value = try golden.tensor($0) }
    let lengths = try golden.doubles("lengths").map { Int($0) }
    let tokens = try golden.doubles("tokens").map { Int32($0) }
    let batch = PaddedBatch(
      lengths.enumerated().map { row, length in
        (0..<length).map { tokens[$0 * lengths.count + row] }
      })
    #expect(batch.tokens == tokens)
    let labels = try golden.doubles("labels").map { Int32($0) }
    let weights = try golden.doubles("class_weights").map { Real($0) }
    let logits = model.logits(of: batch, on: nil).value
    #expect(logits.difference(to: try golden.tensor("logits")) < roundingTolerance)
    let plain = model.objective(of: batch, labels: labels, on: nil).value.scalar
    #expect((Double(plain) - (try golden.doubles("loss"))[0]).magnitude < roundingTolerance)
    let (loss, gradients) = model.valueWithGradient { model, tape in
      model.objective(of: batch, labels: labels, classWeights: weights, on: tape)
    }
    #expect(
      (Double(loss) - (try golden.doubles("weighted_loss"))[0]).magnitude < roundingTolerance)
    for (name, _) in model.parameters {
      let gradient = try #require(model.gradient(name, in: gradients), "\(name)")
      let expected = try golden.tensor("grad.\(name)")
      #expect(gradient.difference(to: expected) < roundingTolerance, "\(name)")
    }
  }

  @Test(
    "Weights are visited where they stand: writing to them copies nothing",
    arguments: [false, true])
  func visitedInPlace(_ isBidirectional: Bool) throws {
    var (model, _) = try SmallClassifiers.pair(
      isBidirectional: isBidirectional, pooling: .attention)
    model.visitParameters { name, parameter in
      let before = parameter.value.pointer
      let after = UnsafePointer(parameter.value.mutablePointer)
      #expect(before == after, "\(name)")
    }
  }

  @Test("The names and shapes of the parameters are those that the configuration announces")
  func parameterShapes() throws {
    for pooling in Pooling.allCases {
      for isBidirectional in [false, true] {
        let model = try SmallClassifiers.model(isBidirectional: isBidirectional, pooling: pooling)
        let shapes = model.configuration.parameterShapes
        #expect(model.parameters.map(\.name) == shapes.map(\.name))
        #expect(model.parameters.map(\.value.shape) == shapes.map(\.shape))
        #expect(model.parameterCount == model.configuration.parameterCount)
      }
    }
  }

  @Test(
    "A batch, each text alone and the streaming way give the same",
    arguments: Pooling.allCases, [false, true])
  func paddingChangesNothing(_ pooling: Pooling, _ isBidirectional: Bool) throws {
    let model = try SmallClassifiers.model(isBidirectional: isBidirectional, pooling: pooling)
    let texts = SmallClassifiers.texts([5, 1, 0, 13, 8])
    let together = model.logits(of: PaddedBatch(texts), on: nil).value.scalars.map { Float($0) }
    #expect(SmallClassifiers.distance(together, model.logits(of: texts)) < 1e-5)
    for (index, text) in texts.enumerated() {
      let alone = model.logits(of: PaddedBatch([text]), on: nil).value.scalars.map { Float($0) }
      let row = Array(together[index * 3..<index * 3 + 3])
      #expect(SmallClassifiers.distance(alone, row) < 1e-5, "text \(index)")
    }
    #expect(together.allSatisfy { $0.isFinite })
  }

  @Test("An empty text has the logits of the head's bias, in a batch of nothing else too")
  func emptyText() throws {
    for pooling in Pooling.allCases {
      let model = try SmallClassifiers.model(pooling: pooling)
      let bias = try #require(model.head.bias?.value.scalars)
      #expect(model.logits(of: PaddedBatch([[], []]), on: nil).value.scalars == bias + bias)
      #expect(model.logits(of: [[]]) == bias.map { Float($0) })
      let (loss, gradients) = model.valueWithGradient {
        $0.objective(of: PaddedBatch([[]]), labels: [1], on: $1)
      }
      #expect(loss.isFinite && model.gradient("classifier.bias", in: gradients) != nil)
    }
  }

  @Test(
    "The value of a text longer than gradients flow through is that of the whole text",
    arguments: Pooling.allCases, [false, true])
  func longTexts(_ pooling: Pooling, _ isBidirectional: Bool) throws {
    let model = try SmallClassifiers.model(
      isBidirectional: isBidirectional, pooling: pooling, maximumTokens: 4)
    let texts = SmallClassifiers.texts([3, 4, 5, 0, 17, 12, 9])
    let labels: [Int32] = [0, 1, 2, 0, 1, 2, 0]
    let batch = PaddedBatch(texts)
    let whole = model.objective(of: batch, labels: labels, on: nil).value.scalar
    let (loss, _) = model.valueWithGradient { $0.objective(of: batch, labels: labels, on: $1) }
    #expect((loss - whole).magnitude < 1e-5)
    let fast = Tensor(model.logits(of: texts).map { Real($0) }, shape: [7, 3])
    #expect(fast.difference(to: model.logits(of: batch, on: nil).value) < 1e-5)
  }

  @Test("Gradients flow through the last tokens of a long text and not through those before")
  func truncatedGradients() throws {
    let model = try SmallClassifiers.model(vocabularySize: 12, pooling: .mean, maximumTokens: 4)
    // Every token stands once, so its row of the embedding shows whether its step has a gradient.
    let text = (0..<10).map { Int32($0) }
    let (_, gradients) = model.valueWithGradient {
      $0.objective(of: PaddedBatch([text]), labels: [1], on: $1)
    }
    let gradient = try #require(model.gradient("embedding.weight", in: gradients))
    for token in 0..<12 {
      let isReached = (0..<5).contains { gradient[token, $0] != 0 }
      #expect(isReached == (6..<10).contains(token), "token \(token)")
    }
  }

  @Test("Dropout acts on a tape only")
  func dropout() throws {
    let model = try SmallClassifiers.model(dropout: 0.5)
    let batch = PaddedBatch(SmallClassifiers.texts([6, 9]))
    let plain = model.logits(of: batch, on: nil).value
    #expect(plain == model.logits(of: batch, on: nil).value)
    let (one, two) = (Tape(seed: 1), Tape(seed: 2))
    #expect(model.logits(of: batch, on: one).value != model.logits(of: batch, on: two).value)
  }

  @Test("Training on a rule of the last token learns it")
  func learns() throws {
    var model = try SmallClassifiers.model(
      hiddenSizes: [8], pooling: .attention, classNames: ["even", "odd"])
    let texts = SmallClassifiers.texts((0..<64).map { 1 + $0 % 7 })
    let labels = texts.map { text in text.contains(3) ? Int32(1) : 0 }
    for _ in 0..<300 {
      let (_, gradients) = model.valueWithGradient {
        $0.objective(of: PaddedBatch(texts), labels: labels, on: $1)
      }
      model.descend(gradients, rate: 0.5)
    }
    let logits = SmallClassifiers.rows(model.logits(of: texts), 2)
    let right = zip(logits, labels).count { ($0[1] > $0[0]) == ($1 == 1) }
    #expect(right >= 62)
  }

  @Test("A classifier that starts from a language model has its embedding and layers")
  func fromLanguageModel() throws {
    let language = try SmallModels.model(hiddenSizes: [6, 4], tiesWeights: false)
    let configuration = try #require(language.configuration)
    var generator = SeededGenerator(seed: 1)
    let wanted = SequenceClassifierConfiguration(
      startingFrom: configuration, classNames: ["a", "b"])
    let model = try SequenceClassifier(wanted, from: language, using: &generator)
    let known = Dictionary(uniqueKeysWithValues: language.parameters.map { ($0.name, $0.value) })
    for (name, value) in model.parameters where !name.hasPrefix("classifier") {
      #expect(value == known[name], "\(name)")
    }
    let text: [Int32] = [1, 2, 3, 0, 6]
    let outputs = language.stack.unroll(
      tokens: text, embedding: Variable(language.embedding.weight.value), batchSize: 1)
    let last = outputs.outputs.value.scalars.suffix(4).map { Float($0) }
    #expect(SmallClassifiers.distance(Array(model.features(of: [text])[..<4]), last) < 1e-6)

    var other = wanted
    other.hiddenSizes = [6, 5]
    other.isBidirectional = true
    let error = #expect(throws: RecurError.self) {
      _ = try SequenceClassifier(other, from: language, using: &generator)
    }
    #expect(error?.kind == .badConfiguration)
    #expect(error?.what.contains("in both directions can begin with one") == true)
    other = wanted
    other.cell = .gru
    #expect(throws: RecurError.self) {
      _ = try SequenceClassifier(other, from: language, using: &generator)
    }
  }

  @Test(
    "Of both directions the forward one starts from a language model, the backward one is fresh")
  func bothDirectionsFromLanguageModel() throws {
    let language = try SmallModels.model(hiddenSizes: [6], tiesWeights: false)
    let configuration = try #require(language.configuration)
    var wanted = SequenceClassifierConfiguration(
      startingFrom: configuration, classNames: ["a", "b"])
    wanted.isBidirectional = true
    var generator = SeededGenerator(seed: 1)
    let model = try SequenceClassifier(wanted, from: language, using: &generator)
    generator = SeededGenerator(seed: 1)
    let fresh = try SequenceClassifier(wanted, using: &generator)
    let known = Dictionary(uniqueKeysWithValues: language.parameters.map { ($0.name, $0.value) })
    let drawn = Dictionary(uniqueKeysWithValues: fresh.parameters.map { ($0.name, $0.value) })
    for (name, value) in model.parameters where !name.hasPrefix("classifier") {
      #expect(value == (name.hasSuffix("_reverse") ? drawn : known)[name], "\(name)")
    }
  }

  @Test(
    "A classifier that starts from another has its weights, and its head where the classes agree")
  func fromClassifier() throws {
    let configuration = SequenceClassifierConfiguration(
      cell: .gru, vocabularySize: 7, embeddingSize: 4, hiddenSizes: [5], isBidirectional: true,
      classNames: ["a", "b"])
    var generator = SeededGenerator(seed: 1)
    let source = try SequenceClassifier(configuration, using: &generator)
    for classNames in [["a", "b"], ["a", "c"]] {
      var wanted = configuration
      wanted.classNames = classNames
      wanted.dropout = 0.25
      let model = try SequenceClassifier(startingFrom: source, wanted, using: &generator)
      #expect(model.configuration == wanted && model.core.dropout.between == 0.25)
      for (own, other) in zip(model.parameters, source.parameters) {
        let isFresh = classNames != ["a", "b"] && own.name.hasPrefix("classifier")
        #expect((own.value == other.value) != isFresh, "\(own.name)")
      }
    }
    var other = configuration
    other.hiddenSizes = [6]
    let error = #expect(throws: RecurError.self) {
      _ = try SequenceClassifier(startingFrom: source, other, using: &generator)
    }
    #expect(error?.what.contains("rnn.weight_ih_l0") == true)
  }
}

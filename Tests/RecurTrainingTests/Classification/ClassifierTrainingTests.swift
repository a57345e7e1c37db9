import Recur
import RecurFiles
import TestSupport
import Testing

@Suite struct ClassifierTrainingTests {
  @Test(
    "A network learns what depends on the order of words; a linear classifier beside it does not")
  func learnsNegation() throws {
    var run = SmallClassification()
    run.set = SmallClassification.negations(400, seed: 1)
    run.options.training.steps = 400
    run.options.training.evaluateEvery = 100
    run.options.training.hiddenSize = [16]
    run.options.training.dropout = 0
    let outcome = try run.run()
    let best = try #require(outcome.summary?.best)
    #expect(best.classification.accuracy > 0.95)
    #expect(try #require(outcome.comparison?.baseline).accuracy < 0.75)
    #expect(run.steps.last?.accuracy ?? 0 > 0.9)
    #expect(run.steps.last?.bitsPerCharacter == nil)
  }

  @Test(
    "A training that was stopped and resumed is the same to the bit as one that was not",
    arguments: [false, true])
  func stoppedAndResumed(_ unfreezes: Bool) throws {
    var whole = SmallClassification()
    if unfreezes {
      whole.set = LabelledSet(
        texts: whole.set.texts.map { "I saw it. So \($0). It rained." }, labels: whole.set.labels,
        classNames: whole.set.classNames)
      whole.options.excerpts = 1
    }
    whole.options.gradualUnfreezing = unfreezes
    whole.options.discriminativeRate = unfreezes ? 2 : 1
    try whole.run()
    let expected = whole.outcome()
    #expect(expected.allSatisfy { $0 != nil })
    // In the first step, while layers are frozen, at the end of an epoch (12), at an evaluation, late.
    for step in [1, 5, 12, 20, 27] {
      var run = whole
      run.options.training.output = run.folder("stopped-\(step)")
      let stopped = try run.run(stoppingAfter: step)
      #expect(stopped.summary?.ending == .stopped)
      run.options.training.resume = true
      #expect(try run.run().summary?.ending == .completed)
      #expect(run.steps.first?.step == step + 1)
      let files = [
        "model.safetensors", "eval_results.json", "config.json", "latest/model.safetensors",
        "latest/optimizer.safetensors",
      ].map { run.folder.bytes(of: "stopped-\(step)/\($0)") }
      #expect(files == expected, "stopped after step \(step)")
    }
  }

  @Test("A language model is trained first, and a stop in either stage is resumed to the same bits")
  func pretraining() throws {
    var whole = SmallClassification()
    whole.options.pretrainEpochs = 2
    let outcome = try whole.run()
    #expect(try #require(outcome.pretraining).ending == .completed)
    let language = try ModelDirectory(contentsOf: whole.folder("out/pretraining"))
    #expect(language.model.vocabularySize > 256)
    #expect(whole.pretraining.count > 2 && whole.steps.count == 30)
    for (first, second) in [(3, nil), (nil, 4)] as [(Int?, Int?)] {
      var run = SmallClassification()
      run.options.pretrainEpochs = 2
      let stopped = try run.run(stoppingAfter: second, pretrainingStep: first)
      #expect((stopped.summary?.ending ?? stopped.pretraining?.ending) == .stopped)
      #expect((stopped.summary == nil) == (first != nil))
      let stored = try ClassifierTraining.storedOptions(in: run.folder("out"))
      #expect(stored?.pretrainEpochs == 2)
      run.options.training.resume = true
      #expect(try run.run().summary?.ending == .completed)
      #expect(run.outcome() == whole.outcome())
    }
  }

  @Test("The classifier begins with the weights of the language model")
  func beginning() throws {
    var run = SmallClassification()
    run.options.pretrainEpochs = 1
    run.options.freezeCore = true
    try run.run()
    let language = try ModelDirectory(contentsOf: run.folder("out/pretraining"))
    let classifier = try ClassifierDirectory(contentsOf: run.folder("out"))
    #expect(classifier.tokenizer == language.tokenizer)
    #expect(classifier.model.embedding.weight.value == language.model.embedding.weight.value)
    let core = classifier.model.parameters.filter { $0.name.hasPrefix("rnn.") }
    let source = language.model.parameters.filter { $0.name.hasPrefix("rnn.") }
    #expect(core.map(\.value) == source.map(\.value))
  }

  @Test("The same bits for one thread and for two")
  func threads() throws {
    let results = try [1, 2].map { count in
      var run = SmallClassification()
      run.options.training.threads = count
      run.options.bidirectional = true
      run.options.pooling = .attention
      try run.run()
      return run.bytes("model.safetensors")
    }
    #expect(results[0] != nil && results[0] == results[1])
  }

  @Test("The temperature that is fitted on the held-out texts is stored with the model")
  func calibration() throws {
    var run = SmallClassification()
    let best = try #require(try run.run().summary?.best)
    #expect(best.temperature != 1)
    #expect(best.classification.logLoss <= best.uncalibratedLogLoss)
    let directory = try ClassifierDirectory(contentsOf: run.folder("out"))
    #expect(directory.model.configuration.temperature == best.temperature)
    let results = try run.json("eval_results.json")
    #expect(results["temperature"]?.number == best.temperature)
    #expect(results["accuracy"]?.number == best.classification.accuracy)
    #expect(results["baseline"]?["accuracy"]?.number != nil)
    let card = String(decoding: run.bytes("README.md") ?? [], as: UTF8.self)
    #expect(card.contains("linear classifier"))
  }

  @Test(
    "A term of n-grams is weighed on the held-out texts and goes with the model; resumed, to the bit"
  )
  func ngrams() throws {
    var whole = SmallClassification()
    whole.options.ngrams = 50
    let best = try #require(try whole.run().summary?.best)
    let directory = try ClassifierDirectory(contentsOf: whole.folder("out"))
    #expect(directory.ngrams?.count == 50)
    let scale = try #require(directory.model.configuration.ngramScale)
    #expect(best.ngramScale == scale)
    // Three words tell what this set asks, most of the time: the term is heeded.
    #expect(scale > 0.01)
    let data = try ClassifierData(whole.options, whole.set)
    let scores = try SentimentModel(directory).scores(of: data.validation.texts)
    let right = zip(scores, data.validation.labels).count { ($0.positive > 0.5) == ($1 == 1) }
    #expect(Double(right) / Double(scores.count) == best.classification.accuracy)
    // A checkpoint is the network alone, and says so.
    #expect(
      try ClassifierDirectory(contentsOf: whole.folder("out/latest")).model.configuration.ngramScale
        == nil)
    var run = SmallClassification()
    run.options.ngrams = 50
    try run.run(stoppingAfter: 12)
    run.options.training.resume = true
    try run.run()
    #expect(run.outcome() == whole.outcome())
    #expect(run.bytes("ngrams.safetensors") == whole.bytes("ngrams.safetensors"))
  }

  @Test(
    "Unless told otherwise a term stands beside the network where texts tell how much to heed it",
    arguments: [(0.2, false, true), (0, false, false), (0.2, true, false)])
  func usualNGrams(_ heldOut: Double, _ isFrozen: Bool, _ isThere: Bool) throws {
    var run = SmallClassification()
    run.options.ngrams = nil
    run.options.training.validationFraction = heldOut
    run.options.training.steps = 1
    if isFrozen {
      run.options.freezeCore = true
      run.options.initFrom = try ngramlessClassifier(in: run.folder)
    }
    try run.run()
    #expect((run.bytes("ngrams.safetensors") != nil) == isThere)
  }

  /// A classifier that is its network alone.
  private func ngramlessClassifier(in folder: TemporaryFolder) throws -> String {
    var run = SmallClassification()
    run.options.training.output = folder("network")
    run.options.training.steps = 1
    try run.run()
    return folder("network")
  }

  @Test(
    "What begins with a classifier keeps its n-grams, unless the classes are others or none are wanted"
  )
  func inheritedNGrams() throws {
    var first = SmallClassification()
    first.options.ngrams = 50
    try first.run()
    let kept = first.bytes("ngrams.safetensors")
    for (ngrams, names, counts) in [
      (nil, ["negative", "positive"], 50...50), (nil, ["no", "yes"], 51...1000),
      (0, ["negative", "positive"], 0...0),
    ] as [(Int?, [String], ClosedRange<Int>)] {
      var second = SmallClassification()
      second.options.initFrom = first.folder("out")
      second.options.ngrams = ngrams
      second.set = LabelledSet(
        texts: second.set.texts, labels: second.set.labels, classNames: names)
      try second.run(stoppingAfter: 12)
      second.options.training.resume = true
      try second.run()
      #expect((second.bytes("ngrams.safetensors") == kept) == (counts == 50...50))
      let directory = try ClassifierDirectory(contentsOf: second.folder("out"))
      #expect(counts.contains(directory.ngrams?.count ?? 0))
    }
  }

  @Test(
    "N-grams that were fitted on what is held out now are not kept, and a warning says what was seen"
  )
  func seenTexts() throws {
    var first = SmallClassification()
    let rows = zip(first.set.texts, first.set.labels).map { "\($0),\($1)\n" }
    let path = first.folder.file("texts.csv", ("text,label\n" + rows.joined()).utf8)
    first.options.training.files = [path]
    first.options.ngrams = 50
    _ = try ClassifierTraining(first.options).run()
    for (seed, fraction, keeps) in [
      (1, 0.2, true), (1, 0.1, true), (2, 0.2, false), (1, 0.3, false),
    ]
      as [(UInt64, Double, Bool)]
    {
      var second = first.options
      second.initFrom = first.folder("out")
      second.ngrams = nil
      second.training.seed = seed
      second.training.validationFraction = fraction
      let task = try ClassifierTask(second, try ClassifierData(second))
      #expect((task.ngrams?.count == 50) == keeps, "\(seed) \(fraction)")
      #expect(task.warnings.contains { $0.contains("some of the held-out texts") } == !keeps)
    }
  }

  @Test("The memory of a training counts its texts, and what n-grams of them are fitted on")
  func memory() throws {
    var run = SmallClassification()
    let bytes = Double(run.set.texts.reduce(0) { $0 + $1.utf8.count })
    func tokens() throws -> Double {
      let data = try ClassifierData(run.options, run.set)
      return try ClassifierTask(run.options, data).memory(optimizerStates: 2).tokens
    }
    let without = try tokens()
    #expect(without >= bytes)
    run.options.ngrams = 50
    #expect(try tokens() == without + 4 * bytes)
    try run.run()
    var second = SmallClassification()
    second.options.initFrom = run.folder("out")
    second.options.ngrams = nil
    let data = try ClassifierData(second.options, second.set)
    let task = try ClassifierTask(second.options, data)
    #expect(task.ngrams != nil)
    #expect(task.memory(optimizerStates: 2).tokens == without, "what is kept is not fitted again")
  }

  @Test(
    "A stop before the first evaluation leaves a model and does not fit what it is held against")
  func earlyStop() throws {
    var run = SmallClassification()
    let outcome = try run.run(stoppingAfter: 3)
    #expect(outcome.comparison?.baseline == nil)
    let card = String(decoding: run.bytes("README.md") ?? [], as: UTF8.self)
    #expect(card.contains("Steps: 3") && !card.contains("linear classifier"))
    run.options.training.resume = true
    #expect(try run.run().comparison?.baseline != nil)
  }

  @Test("Where nothing is held out, the n-grams of the classifier that is begun with are not kept")
  func keptWithoutValidation() throws {
    var first = SmallClassification()
    first.options.ngrams = 50
    try first.run()
    var second = SmallClassification()
    second.options.initFrom = first.folder("out")
    second.options.ngrams = nil
    second.options.training.validationFraction = 0
    try second.run()
    #expect(second.bytes("ngrams.safetensors") == nil)
  }

  @Test("N-grams without held-out texts to weigh them are refused")
  func ngramsWithoutValidation() throws {
    var run = SmallClassification()
    run.options.ngrams = 50
    run.options.training.validationFraction = 0
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .usage && error?.what.contains("--ngrams") == true)
  }

  @Test(
    "A run is not resumed with other classes: one more, one less, or one of another name",
    arguments: [
      ["negative", "neutral", "positive"], ["negative", "zero"], ["Positive", "negative"],
    ])
  func otherClasses(_ names: [String]) throws {
    var run = SmallClassification()
    try run.run(stoppingAfter: 3)
    run.options.training.resume = true
    run.set = LabelledSet(
      texts: run.set.texts, labels: run.set.texts.indices.map { $0 % names.count },
      classNames: names)
    let error = #expect(throws: RecurError.self) { try run.run() }
    #expect(error?.kind == .badConfiguration)
    #expect(error?.what.contains("negative, positive") == true, "\(error?.what ?? "")")
    #expect(error?.what.contains(names.joined(separator: ", ")) == true, "\(error?.what ?? "")")
  }

  @Test("A directory of another kind of run is refused by name")
  func otherKind() throws {
    var run = SmallRun()
    try run.run()
    var options = SmallClassification().options
    options.training.output = run.folder("out")
    options.training.resume = true
    let data = try ClassifierData(options, SmallClassification.negations(40, seed: 1))
    let error = #expect(throws: RecurError.self) { try ClassifierTraining(options).run(data) }
    #expect(error?.what.contains("recur train lm") == true)
  }
}

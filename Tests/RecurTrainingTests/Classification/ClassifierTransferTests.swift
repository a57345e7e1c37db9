import Recur
import RecurFiles
import TestSupport
import Testing

@testable import RecurTraining

@Suite struct ClassifierTransferTests {
  /// The parameters before and after the run.
  private func parameters(
    _ run: inout SmallClassification
  ) throws -> [(name: String, before: Tensor, after: Tensor)] {
    let data = try ClassifierData(run.options, run.set)
    let before = try ClassifierTask(run.options, data).makeModel().parameters
    try run.run()
    let file = try ClassifierDirectory(contentsOf: run.folder("out/latest"))
    return zip(before, file.model.parameters).map { ($0.name, $0.value, $1.value) }
  }

  @Test("Frozen layers do not move, weight decay or not, and the head does")
  func frozen() throws {
    var run = SmallClassification()
    run.options.gradualUnfreezing = true
    run.options.training.weightDecay = 0.1
    // A ninth of the run: the head alone.
    run.options.training.steps = 100
    let stopped = try run.run(stoppingAfter: 10)
    #expect(stopped.summary?.ending == .stopped)
    let data = try ClassifierData(run.options, run.set)
    let before = try ClassifierTask(run.options, data).makeModel().parameters
    let after = try ClassifierDirectory(contentsOf: run.folder("out/latest")).model.parameters
    for (old, new) in zip(before, after) {
      #expect((old.value == new.value) == !old.name.hasPrefix("classifier."), "\(old.name)")
    }
  }

  @Test("Layers thaw from the top, the embedding last")
  func thawing() throws {
    var options = SmallClassification().options
    options.gradualUnfreezing = true
    options.training.hiddenSize = [5, 6]
    let data = try ClassifierData(options, SmallClassification.negations(40, seed: 1))
    let task = try ClassifierTask(options, data)
    let names = [
      "classifier.weight", "rnn.weight_hh_l1", "rnn.bias_ih_l0", "embedding.weight",
    ]
    for (progress, count) in [(0.0, 1), (0.1, 1), (0.12, 2), (0.23, 3), (0.34, 4), (1, 4)] {
      let factors = task.rateFactors(progress: progress)
      #expect(names.map { factors[$0] } == names.indices.map { $0 < count ? 1 : 0 }, "\(progress)")
    }
  }

  @Test("Each layer below learns at the rate divided by the factor")
  func discriminativeRate() throws {
    func changes(_ rate: Double) throws -> [String: [Real]] {
      var run = SmallClassification()
      run.options.discriminativeRate = rate
      run.options.training.optimizer = .sgd
      run.options.training.momentum = 0
      run.options.training.weightDecay = 0
      run.options.training.learningRate = 0.1
      run.options.training.schedule = .constant
      run.options.training.warmup = 0
      run.options.training.steps = 1
      var result: [String: [Real]] = [:]
      for (name, before, after) in try parameters(&run) {
        result[name] = zip(before.scalars, after.scalars).map { $1 - $0 }
      }
      return result
    }
    let (plain, divided) = try (changes(1), changes(4))
    for (name, factor) in [
      ("classifier.weight", 1), ("rnn.weight_hh_l0", 4), ("embedding.weight", 16),
    ] as [(String, Real)] {
      let (whole, part) = (plain[name] ?? [], divided[name] ?? [])
      #expect(whole.contains { abs($0) > 1e-5 }, "\(name)")
      for (whole, part) in zip(whole, part) {
        #expect(abs(whole - part * factor) < 2e-6, "\(name)")
      }
    }
  }

  @Test(
    "With the core frozen a probe names units, and tells the classes apart as they were made to")
  func probe() throws {
    var run = SmallClassification()
    run.options.pretrainEpochs = 3
    run.options.freezeCore = true
    let probe = try #require(try run.run().comparison?.probe)
    #expect(probe.width == 18)
    #expect((1...18).contains(probe.unitCount) && probe.units.count == min(10, probe.unitCount))
    #expect(probe.units.allSatisfy { (0..<18).contains($0.position) && $0.weight != 0 })
    #expect(try run.json("eval_results.json")["probe"]?["unit_count"]?.integer == probe.unitCount)
  }

  @Test("Balanced weights make rare and frequent classes equal where the texts say nothing")
  func classWeights() throws {
    func probability(weighted: Bool) throws -> Float {
      var run = SmallClassification()
      let labels = (0..<100).map { $0 % 10 == 0 ? 1 : 0 }
      run.set = LabelledSet(
        texts: labels.map { _ in "the same" }, labels: labels, classNames: ["common", "rare"])
      run.options.classWeights = weighted
      run.options.baseline = false
      run.options.training.validationFraction = 0
      run.options.training.steps = 150
      run.options.training.dropout = 0
      run.options.training.batchSize = 50
      try run.run()
      let directory = try ClassifierDirectory(contentsOf: run.folder("out"))
      return directory.model.probabilities(of: [directory.tokenizer.encode("the same")])[1]
    }
    #expect(abs(try probability(weighted: false) - 0.1) < 0.03)
    #expect(abs(try probability(weighted: true) - 0.5) < 0.1)
  }

  @Test(
    "Word vectors become rows of the embedding, in lower case where they are not found as spelt")
  func vectors() throws {
    var run = SmallClassification()
    run.set = LabelledSet(
      texts: ["Good film", "bad film", "Good book", "bad book"] + ["Good", "bad"],
      labels: [1, 0, 1, 0, 1, 0], classNames: ["negative", "positive"])
    let path = run.folder.file("vectors.txt", "good 1 2 3\nbad -1 -2 -3\nelsewhere 0 0 0\n".utf8)
    run.options.pretrainedVectors = path
    run.options.training.embeddingSize = nil
    run.options.training.validationFraction = 0
    let task = try ClassifierTask(run.options, ClassifierData(run.options, run.set))
    let model = try task.makeModel()
    #expect(model.embedding.embeddingSize == 3)
    let id = try #require(task.tokenizer.encode("Good").first)
    #expect(
      Array(model.embedding.weight.value.scalars[Int(id) * 3..<Int(id) * 3 + 3]) == [1, 2, 3])
    let vectors = try #require(task.vectors)
    #expect(vectors.pieceCount == 2 && vectors.tokenFraction == 0.6)
  }
}

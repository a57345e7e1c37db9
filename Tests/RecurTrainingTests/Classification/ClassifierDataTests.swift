import Recur
import RecurFiles
import TestSupport
import Testing

@testable import RecurTraining

@Suite struct ClassifierDataTests {
  private func data(
    _ labels: [Int], _ classNames: [String] = ["no", "yes"], fraction: Double = 0.25
  ) throws -> ClassifierData {
    var options = ClassifierOptions()
    options.training.validationFraction = fraction
    return try ClassifierData(
      options,
      LabelledSet(
        texts: labels.indices.map { "text \($0)" }, labels: labels, classNames: classNames))
  }

  @Test("The same part of each class is held out, and every text is in one part")
  func stratified() throws {
    let data = try data((0..<100).map { $0 % 5 == 0 ? 1 : 0 })
    #expect(data.validation.classCounts == [20, 5])
    #expect(data.training.classCounts == [60, 15])
    #expect(Set(data.training.texts + data.validation.texts).count == 100)
  }

  @Test(
    "Texts of the same words stay together, and what is held out of all texts is held out of some of them"
  )
  func byContent() throws {
    func set(_ range: Range<Int>) -> LabelledSet {
      LabelledSet(
        texts: range.map { $0 % 2 == 0 ? "Text number \($0 / 2)." : "text , number \"\($0 / 2)\"" },
        labels: range.map { $0 / 2 % 2 }, classNames: ["no", "yes"])
    }
    var options = ClassifierOptions()
    options.training.validationFraction = 0.1
    func held(_ range: Range<Int>) throws -> [String] {
      try ClassifierData(options, set(range)).validation.texts
    }
    let all = Set(try held(0..<4000))
    #expect(all.count == 400)
    let numbers = all.map { $0.filter(\.isNumber) }
    #expect(Set(numbers).count <= 201)
    let some = try held(1000..<3000)
    #expect(some.count { all.contains($0) } > 180)
    options.training.seed += 1
    #expect(try held(1000..<3000).count { all.contains($0) } < 60)
  }

  @Test("Of the texts of a class that are alike all are held out, or none", arguments: 1...9)
  func alike(_ seed: UInt64) {
    let texts = (0..<120).map { "Number \($0 % 40)" + ["", "!", "..."][$0 / 40] }
    let labels = texts.indices.map { $0 % 2 }
    let split = StratifiedSplit(
      LabelledSet(texts: texts, labels: labels, classNames: ["no", "yes"]), fraction: 0.2,
      seed: seed)
    #expect((split.training + split.validation).sorted() == Array(texts.indices))
    // Twelve of sixty are four numbers.
    for number in 0..<40 {
      #expect([0, 3].contains(split.validation.count { $0 % 40 == number }))
    }
    #expect(split.validation.count == 24)
  }

  @Test("Where most texts of a class are alike, as many are held out as is wanted")
  func mostlyAlike() {
    let texts = (0..<20).map { $0 == 0 ? "other" : "the same" }
    let split = StratifiedSplit(
      LabelledSet(texts: texts, labels: texts.map { _ in 0 }, classNames: ["no", "yes"]),
      fraction: 0.4, seed: 1)
    #expect(split.validation.count == 8 && split.training.count == 12)
  }

  @Test("Texts of one class are refused by the name of the class")
  func oneClass() {
    let error = #expect(throws: RecurError.self) { try data([1, 1, 1, 1]) }
    #expect(error?.kind == .badData && error?.what.contains("\"yes\"") == true)
  }

  @Test("A class with one text is trained on and warned of")
  func oneText() throws {
    let data = try data([0, 0, 0, 0, 0, 0, 0, 1])
    #expect(data.training.classCounts[1] == 1 && data.validation.classCounts == [2, 0])
    #expect(data.warnings.contains { $0.contains("\"yes\" has one text") })
  }

  @Test("Too few texts to hold any out are an error that says so")
  func tooFew() {
    let error = #expect(throws: RecurError.self) { try data([0, 1]) }
    #expect(error?.hint.contains("--validation-fraction") == true)
  }

  @Test("Where every text has a label of its own, the column of the labels is doubted")
  func labelForEachText() {
    let error = #expect(throws: RecurError.self) {
      try data(Array(0..<120), (0..<120).map { "label \($0)" }, fraction: 0.1)
    }
    #expect(error?.kind == .badData && error?.what == "120 classes for 120 texts")
    #expect(error?.hint.contains("--label-column") == true)
  }

  @Test("Texts that are both held out and trained on are counted")
  func overlap() throws {
    let set = LabelledSet(
      texts: (0..<40).map { _ in "the same" }, labels: (0..<40).map { $0 % 2 },
      classNames: ["no", "yes"])
    let data = try ClassifierData(ClassifierOptions(), set)
    #expect(data.warnings.contains { $0.contains("4 of 4 held-out texts are also trained on") })
  }

  @Test("Empty texts are counted, trained on and scored")
  func emptyTexts() throws {
    var run = SmallClassification()
    run.set = LabelledSet(
      texts: (0..<40).map { $0 % 3 == 0 ? " " : $0 % 3 == 1 ? "" : "word" },
      labels: (0..<40).map { $0 % 2 }, classNames: ["no", "yes"])
    #expect(try run.run().summary?.ending == .completed)
    #expect(run.warnings.contains { $0.contains("texts to train on are empty") })
  }

  @Test(
    "Every text is in one batch of an epoch; the order is another in each, and follows from the seed"
  )
  func batches() {
    var generator = SeededGenerator(seed: 1)
    let lengths = (0..<1013).map { _ in Int(generator.next() % 300) }
    let batches = LengthBatches(batchSize: 16, seed: 7)
    let first = batches.batches(of: lengths, epoch: 0)
    #expect(first.count == 64 && batches.count(of: 1013) == 64)
    #expect(first.flatMap(\.self).sorted() == Array(0..<1013))
    #expect(first == LengthBatches(batchSize: 16, seed: 7).batches(of: lengths, epoch: 0))
    #expect(first != batches.batches(of: lengths, epoch: 1))
    #expect(first != LengthBatches(batchSize: 16, seed: 8).batches(of: lengths, epoch: 0))
    let steps = first.reduce(0) { sum, batch in
      sum + batch.count * (batch.map { lengths[$0] }.max() ?? 0)
    }
    #expect(Double(steps) < 1.05 * Double(lengths.reduce(0, +)))
  }

  @Test("Depth is told by the name of a parameter, in either direction")
  func depth() {
    let depth = LayerDepth(layerCount: 2)
    #expect(depth.count == 4)
    #expect(depth("classifier.bias") == 0 && depth("attention.weight") == 0)
    #expect(depth("rnn.weight_ih_l1") == 1 && depth("rnn.bias_hh_l1_reverse") == 1)
    #expect(depth("rnn.weight_ih_l0") == 2 && depth("rnn.weight_hh_l0_reverse") == 2)
    #expect(depth("embedding.weight") == 3)
    let started = LayerDepth(layerCount: 1, isBackwardFresh: true)
    #expect(started("rnn.weight_ih_l0") == 1 && started("rnn.weight_ih_l0_reverse") == 0)
  }
}

import RecurData
public import RecurFiles
import RecurGradients
import RecurLayers
public import RecurModels
import RecurTensors
import RecurText

extension ClassifierTask {
  /// Trains on one batch.
  public mutating func step(
    _ model: inout SequenceClassifier, at position: StepPosition, with trainer: inout Trainer
  ) throws(RecurError) -> TaskStep {
    let examples = examples(at: position)
    let batch = PaddedBatch(examples.map(\.tokens))
    let labels = examples.map(\.label)
    let weights = classWeights.map { weights in labels.map { weights[Int($0)] } }
    trainer.rateFactors = rateFactors(progress: position.progress)
    var correct: Int?
    func objective(_ model: SequenceClassifier, _ tape: Tape, _ perturbation: Variable?) -> Variable
    {
      let logits = model.logits(of: batch, perturbedBy: perturbation, on: tape)
      // Of the texts as they are, which come first.
      correct = correct ?? Self.correctCount(logits.value, labels)
      return softmaxCrossEntropy(logits, targets: labels, weights: weights).mean
    }
    let report =
      options.adversarialSize > 0
      ? try trainer.step(
        &model, learningRate: position.learningRate,
        perturbing: model.inputPerturbation(for: batch),
        by: { [size = Real(options.adversarialSize)] in
          $0.adversarialPerturbation(for: batch, along: $1, size: size)
        }, objective)
      : try trainer.step(&model, learningRate: position.learningRate) { objective($0, $1, nil) }
    return TaskStep(
      report: report, count: examples.count, correct: correct ?? 0,
      characters: Double(examples.reduce(0) { $0 + $1.characterCount }))
  }

  /// The tokens, the label and the size of each text or excerpt of a step.
  private mutating func examples(
    at position: StepPosition
  ) -> [(tokens: [Int32], label: Int32, characterCount: Int)] {
    let current: ClassifierEpoch
    if let epoch, epoch.number == position.epoch {
      current = epoch
    } else {
      current = ClassifierEpoch(
        number: position.epoch, lengths: trainingTokens.map(\.count),
        byteCounts: data.training.texts.map(\.utf8.count), excerpts: excerpts, batches: batches)
      epoch = current
    }
    return current.examples(ofBatch: position.window).map { example in
      switch example {
      case .text(let index):
        return (trainingTokens[index], Int32(data.training.labels[index]), characterCounts[index])
      case .excerpt(let excerpt):
        let text = excerpt.cut(from: data.training.texts)
        return (
          tokenizer.encode(text), Int32(data.training.labels[excerpt.text]),
          text.unicodeScalars.count
        )
      }
    }
  }

  /// What the learning rate of each parameter is multiplied by.
  func rateFactors(progress: Double) -> LearningRateFactors {
    let unfrozen =
      options.freezeCore
      ? 1
      : options.gradualUnfreezing
        ? 1 + Int(progress * 3 * Double(depth.count - 1)) : depth.count
    let rate = options.discriminativeRate
    if unfrozen >= depth.count, rate == 1 { return LearningRateFactors() }
    return LearningRateFactors { [depth] name in
      let level = depth(name)
      if level >= unfrozen { return 0 }
      return (0..<level).reduce(1) { factor, _ in factor / rate }
    }
  }

  private static func correctCount(_ logits: Tensor, _ labels: [Int32]) -> Int {
    let classCount = logits.shape[1]
    return logits.withUnsafeBuffer { scores in
      labels.enumerated().count { row, label in
        let row = scores[row * classCount..<(row + 1) * classCount]
        return row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } == Int(label)
      }
    }
  }
}

public import RecurData
public import RecurGradients
import RecurLayers
public import RecurTensors

extension SequenceClassifier {
  /// The logits of each sequence of a batch, (B, C).
  ///
  /// - Parameters:
  ///   - batch: B sequences, which may be empty; the tokens must be below V.
  ///   - tape: Where gradients are wanted. Dropout acts only on a tape.
  public func logits(of batch: PaddedBatch, on tape: Tape?) -> Variable {
    head(pooled(batch, on: tape).dropout(probability: Real(configuration.dropout)))
  }

  /// The mean loss of a batch in nats: what training makes small.
  ///
  /// - Parameters:
  ///   - batch: B sequences.
  ///   - labels: The class of each, (B).
  ///   - classWeights: How much each class counts, (C); the mean is weighted by it, as PyTorch's. Nil
  ///     where all count the same.
  ///   - tape: Where gradients are wanted. Dropout acts only on a tape.
  /// - Returns: The mean, a single scalar.
  public func objective(
    of batch: PaddedBatch, labels: [Int32], classWeights: [Real]? = nil, on tape: Tape?
  ) -> Variable {
    precondition(
      labels.count == batch.batchSize
        && labels.allSatisfy { $0 >= 0 && Int($0) < configuration.classCount },
      "the labels \(labels) for \(batch.batchSize) rows of \(configuration.classCount) classes")
    precondition(
      classWeights.map {
        $0.count == configuration.classCount && $0.allSatisfy { $0 >= 0 && $0.isFinite }
      } ?? true, "the weights \(classWeights ?? []) for \(configuration.classCount) classes")
    return softmaxCrossEntropy(
      logits(of: batch, on: tape), targets: labels,
      weights: classWeights.map { weights in labels.map { weights[Int($0)] } }
    ).mean
  }

  /// The pooled vectors of a batch, (B, P).
  private func pooled(_ batch: PaddedBatch, on tape: Tape?) -> Variable {
    let weight = embedding.weight.variable(on: tape)
    if batch.length == 0 {
      let zeros = Tensor(zeros: [batch.batchSize, pooling.outputSize])
      return tape?.constant(zeros) ?? Variable(zeros)
    }
    // The core reads a padding token of an empty sequence, the pooling does not see what it makes.
    let (outputs, _) = core.unroll(
      tokens: batch.tokens, embedding: weight, batchSize: batch.batchSize,
      lengths: batch.lengths.map { max(1, $0) }, from: nil)
    return pooling(outputs, lengths: batch.lengths)
  }
}

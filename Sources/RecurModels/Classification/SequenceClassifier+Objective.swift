public import RecurData
public import RecurGradients
import RecurLayers
public import RecurTensors

extension SequenceClassifier {
  /// The logits of each sequence of a batch, (B, C).
  ///
  /// On a tape gradients flow through the last `maximumTokens` tokens of each sequence, as in backpropagation
  /// through time for text classification (Howard and Ruder 2018): those before them are read first,
  /// without a tape, and their state and pooled sums go in as data. The value is that of the
  /// whole sequence, and without dropout the same as that of `logits(of texts:)`.
  ///
  /// A core of both directions reads segments of `maximumTokens` tokens: its forward direction goes on
  /// from one to the next, its backward direction begins anew at the end of each. Gradients flow through
  /// the last two, not from one to the other.
  ///
  /// - Parameters:
  ///   - batch: B sequences, which may be empty; the tokens must be below V.
  ///   - perturbation: What is added to the embedded tokens that gradients flow through, in the shape of
  ///     `inputPerturbation(for:)`; nil for nothing.
  ///   - tape: Where gradients are wanted. Dropout acts only on a tape.
  public func logits(
    of batch: PaddedBatch, perturbedBy perturbation: Variable? = nil, on tape: Tape?
  ) -> Variable {
    let pooled = pooled(batch, perturbation, on: tape)
    return head(pooled.dropout(probability: Real(configuration.dropout)))
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
  private func pooled(
    _ batch: PaddedBatch, _ perturbation: Variable?, on tape: Tape?
  ) -> Variable {
    let starts = tapeStarts(batch.lengths, isTraining: tape != nil)
    let before = starts.contains { $0 > 0 } ? progress(batch, before: starts) : nil
    let (tokens, lengths) = Self.shifted(batch, by: starts)
    let weight = embedding.weight.variable(on: tape)
    var parts: [Variable] = []
    var (carry, read, steps) = (before?.carry, 0, tokens.count / batch.batchSize)
    // Both directions read segment by segment; nothing flows back from one to the one before.
    let length = configuration.isBidirectional ? configuration.maximumTokens : max(1, steps)
    while read < steps {
      let next = min(steps, read + length)
      // The core reads a padding token of a row that has ended; the pooling does not see it.
      let result = core.unroll(
        tokens: Array(tokens[read * batch.batchSize..<next * batch.batchSize]),
        embedding: weight, perturbation: perturbation?.slice(read..<next),
        batchSize: batch.batchSize,
        lengths: lengths.map { min(Int32(next - read), max(1, $0 - Int32(read))) }, from: carry)
      parts.append(result.outputs)
      carry = ClassifierCore.beginningBackwardAnew(result.carry)
      read = next
    }
    guard var outputs = parts.first else {
      let zeros = Tensor(zeros: [batch.batchSize, pooling.outputSize])
      return tape?.constant(zeros) ?? Variable(zeros)
    }
    if parts.count > 1 {
      outputs = Variable.concatenated(parts.map { $0.reshaped([$0.value.count]) })
        .reshaped([steps] + outputs.shape.dropFirst())
    }
    return pooling(outputs, lengths: lengths, after: before?.pooled)
  }

  /// Where the part of each row begins that gradients flow through.
  func tapeStarts(_ lengths: [Int32], isTraining: Bool) -> [Int] {
    let most = configuration.maximumTokens
    return lengths.map { length in
      if !isTraining { return 0 }
      if !configuration.isBidirectional { return max(0, Int(length) - most) }
      return max(0, (Int(length) + most - 1) / most - 2) * most
    }
  }

  /// What reading the beginnings without a tape leads to.
  private func progress(
    _ batch: PaddedBatch, before starts: [Int]
  ) -> ClassifierReader.Progress {
    let texts = starts.enumerated().map { row, count in
      (0..<count).map { batch.tokens[$0 * batch.batchSize + row] }[...]
    }
    let reader = ClassifierReader(self).prepared(forTokens: starts.reduce(0, +))
    var ends = reader.start(rows: batch.batchSize)
    reader.read(texts) { text, progress, row in ends.replaceRow(text, by: progress, row) }
    return ends
  }

  /// The rows from their starts on, and their lengths from there.
  private static func shifted(
    _ batch: PaddedBatch, by starts: [Int]
  ) -> (tokens: [Int32], lengths: [Int32]) {
    let lengths = zip(batch.lengths, starts).map { $0 - Int32($1) }
    if starts.allSatisfy({ $0 == 0 }) { return (batch.tokens, lengths) }
    let (steps, rows) = (Int(lengths.max() ?? 0), batch.batchSize)
    var tokens = [Int32](repeating: 0, count: steps * rows)
    for row in 0..<rows {
      for step in 0..<Int(lengths[row]) {
        tokens[step * rows + row] = batch.tokens[(starts[row] + step) * rows + row]
      }
    }
    return (tokens, lengths)
  }
}

public import RecurData
import RecurGradients
import RecurLayers
public import RecurTensors

/// Adversarial training: on inputs that are moved a little in the direction in which the loss rises
/// most (Miyato, Dai and Goodfellow, "Adversarial Training Methods for Semi-Supervised Text
/// Classification", ICLR 2017).
extension SequenceClassifier {
  /// What changes nothing when it is added to the embedded tokens of a batch on a tape: zeros, (T, B, E),
  /// where T counts the tokens that gradients flow through.
  public func inputPerturbation(for batch: PaddedBatch) -> Tensor {
    let starts = tapeStarts(batch.lengths, isTraining: true)
    let steps = zip(batch.lengths, starts).map { Int($0) - $1 }.max() ?? 0
    return Tensor(zeros: [steps, batch.batchSize, embedding.embeddingSize])
  }

  /// The perturbation of a given size that raises the loss of each sequence of a batch most, as far as
  /// the gradient tells.
  ///
  /// - Parameters:
  ///   - batch: The sequences.
  ///   - gradient: That of the loss with respect to the perturbation, (T, B, E).
  ///   - size: The norm of the perturbation of a sequence, in units of the root mean square of the
  ///     elements of the batch's embedded tokens: greater embeddings do not escape it.
  public func adversarialPerturbation(
    for batch: PaddedBatch, along gradient: Tensor, size: Real
  ) -> Tensor {
    let (rows, width) = (batch.batchSize, embedding.embeddingSize)
    let length = Double(size) * rootMeanSquare(of: batch)
    var result = gradient
    result.withUnsafeMutableBuffer { elements in
      var squares = [Double](repeating: 0, count: rows)
      for start in stride(from: 0, to: elements.count, by: width) {
        for element in elements[start..<start + width] {
          squares[start / width % rows] += Double(element) * Double(element)
        }
      }
      let factors = squares.map { $0 > 0 ? Real(length / $0.squareRoot()) : 0 }
      for start in stride(from: 0, to: elements.count, by: width) {
        let factor = factors[start / width % rows]
        for index in start..<start + width { elements[index] *= factor }
      }
    }
    return result
  }

  /// Of the elements of the embedded tokens of a batch.
  private func rootMeanSquare(of batch: PaddedBatch) -> Double {
    let (rows, width) = (batch.batchSize, embedding.embeddingSize)
    var (sum, count) = (0.0, 0)
    embedding.weight.value.withUnsafeBuffer { weights in
      for row in 0..<rows {
        for step in 0..<Int(batch.lengths[row]) {
          let start = Int(batch.tokens[step * rows + row]) * width
          for weight in weights[start..<start + width] { sum += Double(weight) * Double(weight) }
          count += width
        }
      }
    }
    return (sum / Double(max(1, count))).squareRoot()
  }
}

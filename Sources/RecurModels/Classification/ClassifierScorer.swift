import RecurCore
import RecurGradients
import RecurLayers
import RecurTensors

/// A classifier for inference: its weights packed once, for any number of texts and tasks.
///
/// Texts of any lengths stream through the state side by side; memory does not grow with their
/// lengths. Where Recur's own kernels multiply (decision 10), the results have the same bits whatever texts
/// stand beside one another, and for any number of threads.
public struct ClassifierScorer: Sendable {
  /// The model.
  public let model: SequenceClassifier
  let reader: ClassifierReader
  private let head: PackedLinear

  /// Packs the weights of a model.
  public init(_ model: SequenceClassifier) {
    self.model = model
    reader = ClassifierReader(model)
    let weight = model.head.weight.value
    head = PackedLinear(
      weight: weight, bias: model.head.bias?.value ?? Tensor(zeros: [weight.shape[0]]))
  }

  /// The pooled vectors, (N, P), text by text: what the head reads. Zeros for an empty text.
  public func features(of texts: [[Int32]]) -> [Float] {
    features(texts).scalars.map { Float($0) }
  }

  /// The logits, (N, C), text by text.
  public func logits(of texts: [[Int32]]) -> [Float] {
    logits(features(texts)).scalars.map { Float($0) }
  }

  /// The probability of each class, (N, C): the softmax of the logits divided by the temperature.
  public func probabilities(of texts: [[Int32]]) -> [Float] {
    let width = model.configuration.classCount
    let logits = logits(of: texts)
    return (0..<texts.count).flatMap { text in
      probabilities(ofLogits: logits[text * width..<(text + 1) * width]).map { Float($0) }
    }
  }

  /// The probability of each class, computed in double precision.
  ///
  /// - Parameters:
  ///   - logits: Those of the network, (C).
  ///   - term: What the n-grams add before they are scaled, (C); nil for nothing.
  func probabilities(ofLogits logits: ArraySlice<Float>, and term: [Float]? = nil) -> [Double] {
    let temperature = model.configuration.temperature
    let most = logits.max() ?? 0
    var scaled = logits.map { Double($0 - most) / temperature }
    if let term, let scale = model.configuration.ngramScale {
      for (index, value) in term.enumerated() { scaled[index] += scale * Double(value) }
      let most = scaled.max() ?? 0
      scaled = scaled.map { $0 - most }
    }
    let weights = scaled.map { exponential($0) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  func logits(_ features: Tensor) -> Tensor {
    var result = Tensor(unwritten: [features.shape[0], model.configuration.classCount])
    if features.shape[0] > 0 { head(features, into: &result) }
    return result
  }

  private func features(_ texts: [[Int32]]) -> Tensor {
    let limit = Int32(model.vocabularySize)
    for (index, text) in texts.enumerated() {
      precondition(
        text.allSatisfy { $0 >= 0 && $0 < limit },
        "text \(index) has a token outside a vocabulary of \(limit)")
    }
    let width = model.pooling.outputSize
    var result = Tensor(zeros: [texts.count, width])
    let reader = reader.prepared(forTokens: texts.reduce(0) { $0 + $1.count })
    result.withUnsafeMutableBuffer { buffer in
      reader.read(texts.map { $0[...] }) { text, progress, row in
        let features = progress.pooled.rows([row]).features()
        features.withUnsafeBuffer { source in
          for unit in 0..<width { buffer[text * width + unit] = source[unit] }
        }
      }
    }
    return result
  }
}

extension SequenceClassifier {
  /// The logits of texts of any lengths, (N, C), without a tape; see `ClassifierScorer`, which packs the
  /// weights once for many calls.
  public func logits(of texts: [[Int32]]) -> [Float] {
    ClassifierScorer(self).logits(of: texts)
  }

  /// The probability of each class for texts of any lengths, (N, C): the softmax of the logits divided by
  /// the temperature.
  public func probabilities(of texts: [[Int32]]) -> [Float] {
    ClassifierScorer(self).probabilities(of: texts)
  }

  /// The pooled vectors of texts of any lengths, (N, P): what a probe reads.
  public func features(of texts: [[Int32]]) -> [Float] {
    ClassifierScorer(self).features(of: texts)
  }
}

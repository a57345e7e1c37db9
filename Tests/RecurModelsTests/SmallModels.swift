import Recur

/// Small models for tests, with weights that are large enough for every part to matter.
enum SmallModels {
  static func model(
    cell: CellKind = .lstm, vocabularySize: Int = 7, embeddingSize: Int = 5,
    hiddenSizes: [Int] = [6, 4], dropout: Double = 0, tiesWeights: Bool = false,
    adaptiveCutoffs: [Int]? = nil, seed: UInt64 = 1
  ) throws -> LanguageModel {
    var generator = SeededGenerator(seed: seed)
    return try LanguageModel(
      LanguageModelConfiguration(
        cell: cell, vocabularySize: vocabularySize, embeddingSize: embeddingSize,
        hiddenSizes: hiddenSizes, dropout: dropout, tiesWeights: tiesWeights,
        adaptiveCutoffs: adaptiveCutoffs),
      using: &generator)
  }

  /// T steps of B tracks of random tokens.
  static func window(
    length: Int = 8, batchSize: Int = 3, vocabularySize: Int = 7, seed: UInt64 = 2
  ) -> Window {
    var generator = SeededGenerator(seed: seed)
    func tokens() -> [Int32] {
      (0..<length * batchSize).map { _ in
        Int32.random(in: 0..<Int32(vocabularySize), using: &generator)
      }
    }
    return Window(inputs: tokens(), targets: tokens(), length: length, batchSize: batchSize)
  }

  static let text = "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind.\n"

  /// A tokenizer and a model for it.
  static func pair(
    cell: CellKind = .gru, segmentation: Segmentation = .character, hiddenSizes: [Int] = [6],
    tiesWeights: Bool = false, seed: UInt64 = 3
  ) throws -> (model: LanguageModel, tokenizer: Tokenizer) {
    let tokenizer = Tokenizer(segmentation, fitting: Corpus(text: text))
    let model = try model(
      cell: cell, vocabularySize: tokenizer.vocabulary.count, embeddingSize: 6,
      hiddenSizes: hiddenSizes, tiesWeights: tiesWeights, seed: seed)
    return (model, tokenizer)
  }

  /// The greatest difference of two tensors of one shape.
  static func distance(_ a: Tensor, _ b: Tensor) -> Double {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape)")
    return zip(a.scalars, b.scalars).reduce(0) { max($0, Double(($1.0 - $1.1).magnitude)) }
  }
}

extension Module {
  /// A step of gradient descent.
  mutating func descend(_ gradients: Gradients, rate: Real) {
    visitParameters { _, parameter in
      guard let gradient = gradients[parameter] else { return }
      parameter.value.withUnsafeMutableBuffer { weights in
        gradient.withUnsafeBuffer { slopes in
          for index in weights.indices { weights[index] -= rate * slopes[index] }
        }
      }
    }
  }

  /// Writes one parameter.
  mutating func set(_ name: String, _ value: Tensor) {
    visitParameters { if $0 == name { $1.value = value } }
  }

  /// The gradient of a parameter by name.
  func gradient(_ name: String, in gradients: Gradients) -> Tensor? {
    var result: Tensor?
    var copy = self
    copy.visitParameters { if $0 == name { result = gradients[$1] } }
    return result
  }
}

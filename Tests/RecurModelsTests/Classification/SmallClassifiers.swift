import Recur

/// Small classifiers and texts for tests.
enum SmallClassifiers {
  static func model(
    cell: CellKind = .lstm, vocabularySize: Int = 9, hiddenSizes: [Int] = [6, 5],
    isBidirectional: Bool = false, pooling: Pooling = .concat, dropout: Double = 0,
    classNames: [String] = ["neg", "pos", "neutral"], temperature: Double = 1,
    maximumTokens: Int = 512, seed: UInt64 = 1
  ) throws -> SequenceClassifier {
    var generator = SeededGenerator(seed: seed)
    return try SequenceClassifier(
      SequenceClassifierConfiguration(
        cell: cell, vocabularySize: vocabularySize, embeddingSize: 5, hiddenSizes: hiddenSizes,
        isBidirectional: isBidirectional, pooling: pooling, dropout: dropout,
        classNames: classNames, temperature: temperature, maximumTokens: maximumTokens),
      using: &generator)
  }

  /// Texts of random tokens.
  static func texts(_ lengths: [Int], vocabularySize: Int = 9, seed: UInt64 = 2) -> [[Int32]] {
    var generator = SeededGenerator(seed: seed)
    return lengths.map { length in
      (0..<length).map { _ in Int32.random(in: 0..<Int32(vocabularySize), using: &generator) }
    }
  }

  static let corpus = "It was not bad at all. I want those two hours back! Großartig, 👍🏽 wow.\n"

  /// A tokenizer and a classifier for it.
  static func pair(
    _ segmentation: Segmentation = .word, isBidirectional: Bool = false,
    pooling: Pooling = .concat, maximumTokens: Int = 512, temperature: Double = 1,
    classNames: [String] = ["negative", "positive"]
  ) throws -> (model: SequenceClassifier, tokenizer: Tokenizer) {
    let tokenizer = Tokenizer(segmentation, fitting: Corpus(text: corpus))
    let model = try model(
      cell: .gru, vocabularySize: tokenizer.vocabulary.count, hiddenSizes: [6],
      isBidirectional: isBidirectional, pooling: pooling, classNames: classNames,
      temperature: temperature, maximumTokens: maximumTokens)
    return (model, tokenizer)
  }

  /// Rows of C numbers.
  static func rows<Element>(_ values: [Element], _ width: Int) -> [[Element]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  /// The greatest difference.
  static func distance(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
  }
}

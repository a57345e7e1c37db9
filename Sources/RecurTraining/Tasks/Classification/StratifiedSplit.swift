import RecurTensors

/// A random part of labelled texts that is held out, the same part of each class.
struct StratifiedSplit {
  /// The texts to train on, in their order.
  private(set) var training: [Int]
  /// The texts that are held out, in their order.
  private(set) var validation: [Int]

  /// Parts texts; at least one text of each class stays to be trained on.
  ///
  /// - Parameters:
  ///   - labels: The class of each text.
  ///   - fraction: The part that is held out, from 0 up to, not including, 1.
  ///   - seed: What the choice is drawn from.
  init(_ labels: [Int], classCount: Int, fraction: Double, seed: UInt64) {
    var byClass = [[Int]](repeating: [], count: classCount)
    for (index, label) in labels.enumerated() { byClass[label].append(index) }
    var generator = SeededGenerator(seed: SeededGenerator.mixed(seed ^ 0x7370_6c69_74))
    training = []
    validation = []
    for texts in byClass where !texts.isEmpty {
      let count = min(Int((Double(texts.count) * fraction).rounded()), texts.count - 1)
      let shuffled = texts.shuffled(using: &generator)
      validation += shuffled.prefix(count)
      training += shuffled.dropFirst(count)
    }
    training.sort()
    validation.sort()
  }
}

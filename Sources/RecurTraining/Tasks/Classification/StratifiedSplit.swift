import RecurData
import RecurFiles
import RecurTensors

/// A random part of labelled texts that is held out, the same part of each class.
///
/// What the choice is drawn from is the text itself: equal texts stay together, and a text that is held out
/// of one training is held out of most others of the same seed and fraction, whatever else these read.
struct StratifiedSplit {
  /// The texts to train on, in their order.
  private(set) var training: [Int] = []
  /// The texts that are held out, in their order.
  private(set) var validation: [Int] = []

  /// Parts texts; at least one text of each class stays to be trained on.
  ///
  /// - Parameters:
  ///   - set: The texts.
  ///   - fraction: The part that is held out, from 0 up to, not including, 1.
  ///   - seed: What the choice is drawn from besides.
  init(_ set: LabelledSet, fraction: Double, seed: UInt64) {
    var byClass = [[Int]](repeating: [], count: set.classNames.count)
    for (index, label) in set.labels.enumerated() { byClass[label].append(index) }
    let salt = SeededGenerator.mixed(seed ^ 0x7370_6c69_74)
    for texts in byClass where !texts.isEmpty {
      let count = min(Int((Double(texts.count) * fraction).rounded()), texts.count - 1)
      let drawn =
        texts.map { text in
          let key = TextOverlap.normalized(set.texts[text])
          return (SeededGenerator.mixed(ContentHash.of(key.utf8) ^ salt), text)
        }
        .sorted { $0 < $1 }.map(\.1)
      validation += drawn.prefix(count)
      training += drawn.dropFirst(count)
    }
    training.sort()
    validation.sort()
  }
}

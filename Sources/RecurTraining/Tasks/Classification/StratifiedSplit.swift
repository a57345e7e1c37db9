import RecurData
import RecurFiles
import RecurTensors

/// A random part of labelled texts that is held out, the same part of each class.
///
/// What the choice is drawn from is the text itself: texts of a class with the same letters and digits stay
/// together unless they are most of it, and one that is held out of a training is held out of most others
/// of the same seed and fraction, whatever else these read.
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
      let wanted = min(Int((Double(texts.count) * fraction).rounded()), texts.count - 1)
      let drawn =
        texts.map { text in
          (hash: SeededGenerator.mixed(Self.hash(set.texts[text]) ^ salt), text: text)
        }
        .sorted { $0 < $1 }
      let count = Self.whole(wanted, of: drawn.map(\.hash))
      validation += drawn.prefix(count).map(\.text)
      training += drawn.dropFirst(count).map(\.text)
    }
    training.sort()
    validation.sort()
  }

  /// How many of the first to take so that equal ones are not parted: from half to twice as many as are
  /// wanted, and as near to that as can be. As many as are wanted where there is no such number.
  private static func whole(_ wanted: Int, of sorted: [UInt64]) -> Int {
    let range = max(1, wanted / 2)..<max(1, min(2 * wanted + 1, sorted.count))
    let possible = range.filter { sorted[$0 - 1] != sorted[$0] }
    return possible.min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
  }

  /// A number of the letters and digits of a text, whatever their case and what stands between them: corpora
  /// have the same sentences with other spaces and quotation marks. Of a text without any, of all of it.
  private static func hash(_ text: String) -> UInt64 {
    var letters = ""
    for scalar in text.unicodeScalars
    where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      letters.unicodeScalars.append(scalar)
    }
    return ContentHash.of((letters.isEmpty ? text : letters.lowercased()).utf8)
  }
}

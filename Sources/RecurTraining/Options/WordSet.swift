import RecurFiles
import RecurModels
import RecurTensors
import RecurText

/// A setting that is one of a few words.
protocol WordSet: CaseIterable, RawRepresentable where RawValue == String {
  /// Words that mean a case besides its own.
  static var otherWords: [String: Self] { get }
}

extension WordSet {
  static var otherWords: [String: Self] { [:] }

  /// - Throws: `.badConfiguration` for a word that there is not, with the nearest of those there are.
  init(word: String, for key: String) throws(RecurError) {
    guard let value = Self(rawValue: word) ?? Self.otherWords[word] else {
      let words = Self.allCases.map(\.rawValue)
      throw RecurError(
        .badConfiguration, "\(key) is \"\(DisplayText.escaped(word))\"",
        hint: Suggestion.hint(for: word, among: words)
          ?? "it is one of \(words.joined(separator: ", "))")
    }
    self = value
  }
}

extension InvalidUTF8Policy: WordSet {
  static var otherWords: [String: Self] { ["error": .stop] }
}
extension ProductPrecision: WordSet {}
extension Segmentation: WordSet {}
extension Normalization: WordSet {}
extension CellKind: WordSet {
  static var otherWords: [String: Self] { ["rnn": .rnnTanh] }
}
extension OptimizerKind: WordSet {}
extension SoftmaxKind: WordSet {}
extension Schedule.Shape: WordSet {}

import Recur

/// What is written for each scored text.
struct SentimentOutput {
  /// The label of a text of which the model is not sure enough.
  static let abstention = "neutral"

  /// For people, or for programs.
  enum Style {
    /// Label, probability, bar and text, in columns.
    case lines
    /// Rows of a table.
    case rows(ScoredRowWriter.Format)
  }

  private let style: Style
  private let hasID: Bool
  private let threshold: Double
  private let writer: ScoredRowWriter
  private let line: SentimentLine

  /// - Parameters:
  ///   - classNames: The classes, in the order of the probabilities.
  ///   - style: How it looks.
  ///   - hasID: Whether the rows have names that are carried through.
  ///   - threshold: The probability below which no class is named.
  ///   - escapesFormulas: See `ScoredRowWriter`.
  init(
    _ classNames: [String], style: Style, hasID: Bool, threshold: Double, escapesFormulas: Bool
  ) {
    self.style = style
    self.hasID = hasID
    self.threshold = threshold
    let format = if case .rows(let format) = style { format } else { ScoredRowWriter.Format.tsv }
    let columns =
      (hasID ? ["id"] : []) + ["label", "probability"] + classNames.map { "p_\($0)" } + ["text"]
    writer = ScoredRowWriter(format, columns: columns, escapesFormulas: escapesFormulas)
    line = SentimentLine(classNames + (threshold > 0 ? [Self.abstention] : []))
  }

  /// What stands above the rows.
  var header: [UInt8] {
    if case .rows = style { writer.header() } else { [] }
  }

  /// What is written for one text, with its line end.
  func line(_ text: String, id: String?, _ score: Sentiment) -> [UInt8] {
    let isNamed = threshold == 0 || score.probability >= threshold
    let label = isNamed ? score.label : Self.abstention
    guard case .rows = style else {
      return Array(line.shown(text, label: label, probability: score.probability).utf8)
    }
    var cells: [ScoredRowWriter.Cell] = hasID ? [id.map { .text($0) } ?? .none] : []
    cells += [.text(label), .number(Self.rounded(score.probability))]
    cells += score.probabilities.map { .number(Self.rounded($0)) }
    return writer.line(cells + [.text(text)])
  }

  /// Six decimals: single precision has no more.
  private static func rounded(_ probability: Double) -> Double {
    (probability * 1e6).rounded() / 1e6
  }
}

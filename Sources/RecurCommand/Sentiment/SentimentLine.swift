import Recur

/// One scored text on one line for people: label, probability, a bar of it, and the text.
struct SentimentLine {
  private static let barWidth = 10

  /// The most columns of a label.
  private let labelLimit: Int
  private let labelWidth: Int
  private let unicode: Bool
  /// The columns of the terminal; nil where there is none, so that texts are shown whole.
  private let width: Int?

  /// - Parameters:
  ///   - labels: All that may stand there.
  ///   - labelLimit: The most columns of a label; what is longer is cut.
  ///   - unicode: Whether block characters may be used; by the locale unless told.
  ///   - width: The columns; by the terminal unless told.
  init(
    _ labels: [String], labelLimit: Int = 24, unicode: Bool = Environment.hasUnicodeLocale,
    width: Int? = StandardStream.output.isTerminal ? StandardStream.output.width : nil
  ) {
    self.labelLimit = labelLimit
    labelWidth = min(
      labels.map { Self.label($0, limit: labelLimit).columnCount }.max() ?? 0, labelLimit)
    self.unicode = unicode
    self.width = width
  }

  /// The line, with its end.
  func shown(_ text: String, label: String, probability: Double) -> String {
    let label = Self.label(label, limit: labelLimit)
    let padding = String(repeating: " ", count: max(0, labelWidth - label.columnCount))
    let head = "\(label)\(padding)  \(NumberText.fixed(probability, 3))  \(bar(probability))  "
    return head + shortened(text, to: width.map { max(0, $0 - head.columnCount) }) + "\n"
  }

  private static func label(_ name: String, limit: Int) -> String {
    // One column is that of the ellipsis.
    DisplayText.escaped(name, limit: limit - 1)
  }

  /// A bar of ten columns: `███████▍  `, or `#######...` where there are no block characters.
  private func bar(_ fraction: Double) -> String {
    let blocks: [Character] = Array(" ▏▎▍▌▋▊▉█")
    let steps = unicode ? 8 : 1
    // Where the weights overflow there is no probability.
    let filled = fraction.isNaN ? 0 : Int((fraction * Double(Self.barWidth * steps)).rounded())
    return String(
      (0..<Self.barWidth).map { column -> Character in
        let part = min(max(filled - column * steps, 0), steps)
        return unicode ? blocks[part] : part == 1 ? "#" : "."
      })
  }

  /// The text on one line without anything that could steer a terminal, cut to so many columns.
  private func shortened(_ text: String, to width: Int?) -> String {
    var result = ""
    var columns = 0
    var isSpaceWaiting = false
    let ellipsis = unicode ? "…" : "..."
    // Where the text would be cut if it turns out to be too long.
    var cut = result
    for character in text {
      if character.isWhitespace {
        isSpaceWaiting = !result.isEmpty
        continue
      }
      let piece = (isSpaceWaiting ? " " : "") + TerminalText.escaped(String(character))
      isSpaceWaiting = false
      columns += piece.columnCount
      if let width, columns > width {
        return width < ellipsis.count ? "" : cut + ellipsis
      }
      result += piece
      if let width, columns <= width - ellipsis.count { cut = result }
    }
    return result
  }
}

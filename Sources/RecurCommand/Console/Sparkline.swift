/// A curve in one line of text.
enum Sparkline {
  /// Draws values from left to right, the smallest lowest; values that are not finite leave a gap.
  ///
  /// - Parameters:
  ///   - values: The curve.
  ///   - width: The most characters; longer curves are averaged.
  ///   - unicode: Whether block characters may be used.
  static func drawn(_ values: [Double], width: Int, unicode: Bool) -> String {
    let columns = averaged(values, width: max(1, width))
    let levels: [Character] = Array(unicode ? "▁▂▃▄▅▆▇█" : "_.-=+*%#")
    let finite = columns.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    return String(
      columns.map { value -> Character in
        guard value.isFinite else { return " " }
        guard high > low else { return levels[0] }
        let level = (value - low) / (high - low) * Double(levels.count - 1)
        return levels[Int(level.rounded())]
      })
  }

  private static func averaged(_ values: [Double], width: Int) -> [Double] {
    guard values.count > width else { return values }
    return (0..<width).map { column in
      let part = values[(values.count * column / width)..<(values.count * (column + 1) / width)]
      return part.reduce(0, +) / Double(part.count)
    }
  }
}

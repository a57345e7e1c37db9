package import RecurFiles
package import RecurModels
import RecurTensors

extension NGramTerm {
  /// The weight of the loss against the penalty; see LogisticDual. It had the fewest errors, among powers of
  /// four, on a held-out tenth of the IMDb training reviews, and was then kept.
  private static let cost = 64.0

  /// Fits a term on labelled texts; the same result for the same arguments and any number of threads.
  ///
  /// Runs of words that occur in one text alone are left out. Where more than `most` remain, those are kept
  /// that have the greatest weights, and are fitted again.
  ///
  /// - Parameters:
  ///   - texts: The texts, (N).
  ///   - labels: The class of each, from 0 to C - 1, (N).
  ///   - classCount: C, at least 2.
  ///   - most: The most runs of words to know.
  /// - Throws: `.badData` where a label is not a class or fewer than two classes occur.
  package init(
    fitting texts: [String], labels: [Int], classCount: Int, most: Int
  ) throws(RecurError) {
    try ClassLabels.checkForFitting(labels, classCount: classCount)
    let keys = Self.keys(of: texts)
    var index = KeyIndex(ascending: Self.common(keys))
    if index.keys.count > most {
      var strengths = [Double](repeating: 0, count: index.keys.count)
      Self.forEachModel(keys, index, labels: labels, classCount: classCount) { _, model in
        for position in strengths.indices {
          strengths[position] = max(strengths[position], abs(model.columns[position].weight))
        }
      }
      let kept = index.keys.indices
        .sorted { (strengths[$1], $0) < (strengths[$0], $1) }.prefix(most).sorted()
      index = KeyIndex(ascending: kept.map { index.keys[$0] })
    }
    let width = classCount == 2 ? 1 : classCount
    var weights = [Float](repeating: 0, count: index.keys.count * width)
    var bias = [Float](repeating: 0, count: width)
    Self.forEachModel(keys, index, labels: labels, classCount: classCount) { column, model in
      for position in index.keys.indices {
        weights[position * width + column] = Float(model.columns[position].weight)
      }
      bias[column] = Float(model.bias)
    }
    self.init(classCount: classCount, index: index, weights: weights, bias: bias)
  }

  /// The distinct runs of words of each text, ascending.
  private static func keys(of texts: [String]) -> [[UInt32]] {
    var result = [[UInt32]](repeating: [], count: texts.count)
    result.withUnsafeMutableBufferPointer { result in
      ThreadTeam.current.forEachPart(of: texts.count) { part in
        for text in part {
          var (runs, keys) = (WordRuns(), [UInt32]())
          runs.forEachKey(in: texts[text]) { keys.append($0) }
          keys.sort()
          result[text] = keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] }
            .map { keys[$0] }
        }
      }
    }
    return result
  }

  /// The runs that occur in two texts or more, ascending.
  private static func common(_ keys: [[UInt32]]) -> [UInt32] {
    var all = keys.flatMap(\.self)
    all.sort()
    return all.indices.dropFirst()
      .filter { all[$0] == all[$0 - 1] && ($0 == 1 || all[$0 - 2] != all[$0]) }
      .map { all[$0] }
  }

  /// Fits one class against the others after the other, for two classes the second alone; one at a time, as
  /// each takes memory for all runs.
  private static func forEachModel(
    _ keys: [[UInt32]], _ index: KeyIndex, labels: [Int], classCount: Int,
    _ body: (_ column: Int, LogisticDual) -> Void
  ) {
    var rows = SparseRows()
    for keys in keys { rows.append(keys.compactMap { index.position(of: $0).map(Int32.init) }) }
    for (column, label) in (classCount == 2 ? 1..<2 : 0..<classCount).enumerated() {
      let isPositive = labels.map { $0 == label }
      body(
        column,
        LogisticDual(
          rows, isPositive: isPositive,
          scales: LogisticDual.logCountRatios(
            rows, isPositive: isPositive, columnCount: index.keys.count),
          rowScale: .count, cost: cost))
    }
  }
}

/// "Did you mean": the known word that is nearest to an unknown one.
public enum Suggestion {
  /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; case and the
  /// difference of `-` and `_` are free) from `word`, if they are few for its length; the first of
  /// equals.
  public static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
    let target = folded(word)
    // Nobody mistypes a word of hundreds of letters, and the table grows with the square.
    guard !target.isEmpty, target.count <= 100 else { return nil }
    let tolerance = max(1, target.count / 3)
    var best: (distance: Int, word: String)?
    for candidate in candidates {
      let other = folded(candidate)
      guard abs(other.count - target.count) <= tolerance else { continue }
      let distance = editDistance(target, other)
      if distance <= tolerance, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
  }

  /// `did you mean "…"?`, or nil where nothing is near.
  public static func hint(for word: String, among candidates: some Sequence<String>) -> String? {
    closest(to: word, among: candidates).map { "did you mean \"\(DisplayText.escaped($0))\"?" }
  }

  private static func folded(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.map { $0 == "_" ? "-" : $0 }
  }

  /// The optimal string alignment distance.
  private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1..<(left.count + 1) {
      var current = [row] + [Int](repeating: 0, count: right.count)
      for column in 1..<(right.count + 1) {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var edits = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2],
          left[row - 2] == right[column - 1]
        {
          edits = min(edits, beforeLast[column - 2] + 1)
        }
        current[column] = edits
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}

/// What people call the columns of labelled files, and finding such names.
enum ColumnNames {
  /// Names of the text, the surest first.
  static let text = [
    "text", "review", "sentence", "content", "comment", "body", "message", "tweet", "document",
    "phrase", "post", "description", "utterance", "question", "headline", "title",
  ]
  /// Names of the label, the surest first.
  static let label = [
    "label", "sentiment", "class", "target", "polarity", "category", "labels", "emotion", "intent",
    "stars", "rating", "score",
  ]
  /// Names of the row's name.
  static let id = ["id", "guid", "uuid", "uid", "key"]

  /// The position of the column that bears the surest of `names`: exactly but for case, or as one
  /// word of its name (`review_text`, `tweetContent`). Columns in `taken` are passed over.
  static func find(
    _ names: [String], in columns: [String], excluding taken: [Int?], avoiding others: [String] = []
  ) -> Int? {
    let words = columns.map(words(of:))
    let free = columns.indices.filter { !taken.contains($0) }
    for name in names {
      if let found = free.first(where: { words[$0] == [name] }) { return found }
    }
    for name in names {
      let found = free.first {
        words[$0].contains(name) && !words[$0].contains(where: others.contains)
      }
      if let found { return found }
    }
    return nil
  }

  /// Whether the cells of a file's first row look like names of columns.
  static func areNames(_ cells: [String]) -> Bool {
    let known = text + label
    return cells.contains { cell in
      let words = words(of: cell)
      // A sentence may contain any word; a name has no spaces and few words.
      return words.count <= 4 && !cell.contains(" ") && words.contains(where: known.contains)
        || words.count == 1 && (known + id).contains(words[0])
    }
  }

  /// The words of a name in lower case, parted by case, signs and spaces; none for a long cell.
  private static func words(of name: String) -> [String] {
    guard name.utf8.count <= 60 else { return [] }
    var words: [String] = []
    var word = ""
    var isAfterLower = false
    for scalar in name.unicodeScalars {
      let isLetter = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      let isUpper = scalar.properties.isUppercase
      if !isLetter || (isUpper && isAfterLower) {
        if !word.isEmpty { words.append(word.lowercased()) }
        word = ""
      }
      if isLetter { word.unicodeScalars.append(scalar) }
      isAfterLower = isLetter && !isUpper
    }
    if !word.isEmpty { words.append(word.lowercased()) }
    return words
  }
}

import RecurFiles

extension TokenizerReader {
  /// Reads merges as `["a", "b"]` or, as files of old have them, `"a b"`.
  func merges(
    _ value: JSONValue?, segmentation: Segmentation, vocabulary: Vocabulary
  ) throws(RecurError) -> MergeTable {
    guard let value else { return .none }
    guard let elements = value.elements else { throw damaged("`model.merges` is no array") }
    if elements.isEmpty { return .none }
    guard segmentation == .subword else {
      throw unsupported("`model.merges` is used, and `pre_tokenizer` is not that of subwords")
    }
    guard elements.count <= MergeTable.maximumCount else {
      throw damaged("it has \(elements.count) merges, more than \(MergeTable.maximumCount)")
    }
    var merges: [MergeTable.Merge] = []
    merges.reserveCapacity(elements.count)
    for (rank, element) in elements.enumerated() {
      let parts = try parts(of: element, rank: rank)
      merges.append(
        MergeTable.Merge(
          left: try id(of: parts.left, rank: rank, vocabulary),
          right: try id(of: parts.right, rank: rank, vocabulary),
          result: try id(of: parts.left + parts.right, rank: rank, vocabulary)))
    }
    guard let table = MergeTable(merges) else {
      throw damaged("a pair comes twice in `model.merges`")
    }
    return table
  }

  private func parts(
    of element: JSONValue, rank: Int
  ) throws(RecurError) -> (left: String, right: String) {
    let parts =
      element.elements.map { $0.compactMap(\.string) }
      ?? element.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard let parts, parts.count == 2, element.elements.map(\.count) ?? 2 == 2 else {
      throw damaged("merge \(rank) is no pair of tokens")
    }
    return (parts[0], parts[1])
  }

  private func id(
    of piece: String, rank: Int, _ vocabulary: Vocabulary
  ) throws(RecurError) -> Int32 {
    guard let id = vocabulary.table.number(of: Array(piece.utf8)) else {
      throw damaged(
        "merge \(rank) needs \"\(DisplayText.escaped(piece, limit: 40))\", which is not in the vocabulary"
      )
    }
    return id
  }
}

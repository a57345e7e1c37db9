import RecurGradients

/// Tokens as rows of a table that holds little more than the rows that occur.
///
/// What is done once for each row of an embedding is done in vain for the rows that a window does not
/// have. Of a large vocabulary the rows that occur are gathered, in the order of their numbers, and
/// the tokens numbered anew. Where most rows occur, or the embedding is so small that its rows are
/// little work beside the tokens, it stays as it is.
struct EmbeddedTokens {
  /// The rows, (U, D).
  var rows: Variable
  /// The row of each token.
  let numbers: [Int32]
  /// The token that each row stands for; nil where that is the number of the row.
  let tokens: [Int32]?

  init(rows: Variable, numbers: [Int32], tokens: [Int32]? = nil) {
    self.rows = rows
    self.numbers = numbers
    self.tokens = tokens
  }

  init(_ tokens: [Int32], in embedding: Variable) {
    precondition(embedding.shape.count == 2, "an embedding of the shape \(embedding.shape)")
    let height = embedding.shape[0]
    precondition(
      tokens.allSatisfy { $0 >= 0 && $0 < height }, "a token outside an embedding of \(height) rows"
    )
    if tokens.count >= 4 * height {
      self.init(rows: embedding, numbers: tokens)
      return
    }
    var places = [Int32](repeating: -1, count: height)
    for token in tokens { places[Int(token)] = 0 }
    var distinct: [Int32] = []
    for token in places.indices where places[token] == 0 {
      places[token] = Int32(distinct.count)
      distinct.append(Int32(token))
    }
    if 4 * distinct.count >= 3 * height {
      self.init(rows: embedding, numbers: tokens)
      return
    }
    self.init(
      rows: embedding.gatherRows(distinct), numbers: tokens.map { places[Int($0)] },
      tokens: distinct)
  }
}

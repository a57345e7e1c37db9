import RecurData
import RecurGradients
import RecurLayers
import RecurTensors

/// How much of a vocabulary a file of word vectors has.
public struct VectorCoverage: Sendable, Equatable {
  /// Pieces that got a vector.
  public var pieceCount: Int
  /// Pieces of the vocabulary, bytes apart.
  public var vocabularySize: Int
  /// The part of the tokens to train on that are such pieces, white space apart.
  public var tokenFraction: Double
}

extension WordVectors {
  /// Puts the vectors into the rows of their pieces; the other rows are scaled to the size of these.
  func write(into embedding: inout Embedding) {
    let width = width
    var sum = 0.0
    for vector in rows.values { for value in vector { sum += Double(value) * Double(value) } }
    let scale = rows.isEmpty ? 1 : Real((sum / Double(rows.count * width)).squareRoot())
    let height = embedding.vocabularySize
    embedding.weight.value.withUnsafeMutableBuffer { weights in
      for row in 0..<height {
        if let vector = rows[Int32(row)] {
          for column in 0..<width { weights[row * width + column] = Real(vector[column]) }
        } else {
          // Fresh rows are standard normal.
          for column in 0..<width { weights[row * width + column] *= scale }
        }
      }
    }
  }

  /// How much of the vocabulary, and of texts, has a vector.
  func coverage(of texts: [[Int32]]) -> VectorCoverage {
    var (known, total) = (0, 0)
    for text in texts {
      for token in text where !spaces.contains(token) {
        total += 1
        known += rows[token] == nil ? 0 : 1
      }
    }
    return VectorCoverage(
      pieceCount: rows.count, vocabularySize: pieceCount,
      tokenFraction: total == 0 ? 0 : Double(known) / Double(total))
  }
}

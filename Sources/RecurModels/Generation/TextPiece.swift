/// Some text of one sample, as it is generated.
public struct TextPiece: Sendable, Equatable {
  /// Why a sample ended.
  public enum Ending: String, Sendable, Codable {
    /// It has as many tokens as were asked for.
    case length
    /// A stop text came.
    case stop
  }

  /// The sample, from 0.
  public var row: Int
  /// Complete, valid text that goes on from the piece before; it may be empty.
  public var text: String
  /// The token that was drawn.
  public var token: Int32
  /// Why the sample ends with this piece; nil where it goes on.
  public var ending: Ending?

  /// Makes a piece.
  public init(row: Int, text: String, token: Int32, ending: Ending? = nil) {
    self.row = row
    self.text = text
    self.token = token
    self.ending = ending
  }
}

public import RecurCore
import RecurGradients
import RecurLayers
public import RecurTensors

/// A model that is fed token by token: it keeps the state of some rows and gives the logits of the
/// token that comes next.
public struct LanguageModelStepper: Sendable {
  /// The model.
  public let model: LanguageModel
  /// B: how many texts go through the model together.
  public let rows: Int
  /// The state after the tokens so far; nil before the first one.
  public private(set) var carry: Carry?

  /// Starts at the initial state, or at a given one.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - rows: B, at least 1.
  ///   - carry: The state to go on from, of as many rows; nil for the initial state.
  public init(_ model: LanguageModel, rows: Int, from carry: Carry? = nil) {
    precondition(rows >= 1, "\(rows) rows")
    self.model = model
    self.rows = rows
    self.carry = carry
  }

  /// Feeds one token to each row.
  ///
  /// - Parameter tokens: One for each row, from 0 to V - 1.
  /// - Returns: The logits of the token after it, (B, V).
  public mutating func step(_ tokens: [Int32]) -> Tensor {
    feed(tokens)
  }

  /// Feeds several tokens to each row.
  ///
  /// - Parameter tokens: (T, B), time-major, at least one step.
  /// - Returns: The logits of the token after the last, (B, V).
  public mutating func feed(_ tokens: [Int32]) -> Tensor {
    precondition(
      !tokens.isEmpty && tokens.count.isMultiple(of: rows), "\(tokens.count) tokens in \(rows) rows"
    )
    let steps = tokens.count / rows
    let inputs = model.embedding(tokens, batchSize: rows)
    let (outputs, carry) = model.stack.unroll(inputs, lengths: nil, from: carry)
    self.carry = carry
    let last = outputs.slice((steps - 1)..<steps).reshaped([rows, model.stack.hiddenSize])
    let weight = model.embedding.weight.variable(on: nil)
    return model.head(last, embedding: weight, on: nil).value
  }
}

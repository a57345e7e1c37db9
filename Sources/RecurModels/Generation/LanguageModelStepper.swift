public import RecurCore
import RecurGradients
import RecurLayers
public import RecurTensors

/// A model that is fed token by token: it keeps the state of some rows and gives the logits of the
/// token that comes next. The weights are packed once, and a step allocates nothing.
public struct LanguageModelStepper: Sendable {
  /// The model.
  public let model: LanguageModel
  /// B: how many texts go through the model together.
  public let rows: Int
  private var stack: StackStepper
  private let head: PackedHead
  private var logits: Tensor  // (B, V)

  /// From how many steps on it pays to unroll over all of them instead of stepping.
  private static let stepsToUnroll = 16

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
    stack = StackStepper(model.stack, embedding: model.embedding.weight.value, rows: rows)
    head = model.head.packed(embedding: model.embedding.weight.value)
    logits = Tensor(zeros: [rows, model.vocabularySize])
    if let carry { stack.carry = carry }
  }

  /// The state after the tokens so far.
  public var carry: Carry { stack.carry }

  /// Feeds one token to each row.
  ///
  /// - Parameter tokens: One for each row, from 0 to V - 1.
  /// - Returns: The logits of the token after it, (B, V).
  public mutating func step(_ tokens: [Int32]) -> Tensor {
    head(stack.step(tokens), into: &logits)
    return logits
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
    var fed = 0
    if steps >= Self.stepsToUnroll {
      // All but the last, whose logits are wanted.
      fed = (steps - 1) * rows
      stack.carry =
        model.stack.unroll(
          tokens: Array(tokens[..<fed]), embedding: model.embedding.weight.variable(on: nil),
          batchSize: rows, from: carry
        ).carry
    }
    for first in stride(from: fed, to: tokens.count, by: rows) {
      head(stack.step(Array(tokens[first..<first + rows])), into: &logits)
    }
    return logits
  }
}

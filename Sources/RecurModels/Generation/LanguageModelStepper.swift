public import RecurCore
public import RecurData
import RecurGradients
import RecurLayers
public import RecurTensors

/// A model that is fed token by token: it keeps the state of some rows and gives the logits of the
/// token that comes next. The weights are packed once, all of them or as whole numbers of 8 bits, and a
/// step of the layers allocates nothing. The model itself is not kept: where nobody else holds it, its
/// weights are in memory once.
public struct LanguageModelStepper: Sendable {
  /// B: how many texts go through the model together.
  public let rows: Int
  private var stack: StackStepper
  private let head: PackedHead
  private var logits: Tensor  // (B, V)
  private var workspace = Tensor(zeros: [0])

  /// Starts at the initial state, or at a given one.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - rows: B, at least 1.
  ///   - carry: The state to go on from, of as many rows; nil for the initial state.
  ///   - weights: What is kept of the weights; everything by default.
  public init(
    _ model: consuming LanguageModel, rows: Int, from carry: Carry? = nil,
    _ weights: InferenceWeights = .unchanged
  ) {
    precondition(rows >= 1, "\(rows) rows")
    self.rows = rows
    let embedding = model.embedding.weight.value
    head = model.head.packed(embedding: embedding, weights)
    logits = Tensor(zeros: [rows, model.vocabularySize])
    let layers = model.stack
    _ = consume model
    stack = StackStepper(consume layers, embedding: embedding, rows: rows, weights)
    if let carry { stack.carry = carry }
  }

  /// A stepper of the same packed weights for other texts.
  ///
  /// - Parameters:
  ///   - other: Whose weights are used.
  ///   - rows: B, at least 1.
  ///   - carry: The state to go on from, of as many rows; nil for the initial state.
  public init(sharing other: LanguageModelStepper, rows: Int, from carry: Carry? = nil) {
    self.rows = rows
    stack = StackStepper(sharing: other.stack, rows: rows)
    head = other.head
    logits = Tensor(zeros: [rows, other.logits.shape[1]])
    if let carry { stack.carry = carry }
  }

  /// The state after the tokens so far.
  public var carry: Carry {
    get { stack.carry }
    set { stack.carry = newValue }
  }

  /// Feeds one token to each row.
  ///
  /// - Parameter tokens: One for each row, from 0 to V - 1.
  /// - Returns: The logits of the token after it, (B, V).
  public mutating func step(_ tokens: [Int32]) -> Tensor {
    let team = ThreadTeam.current
    head(stack.step(tokens, on: team), into: &logits, workspace: &workspace, on: team)
    return logits
  }

  /// The loss of every token of a window, step by step.
  ///
  /// - Parameter window: T steps of B tracks.
  /// - Returns: The losses in nats, (T, B).
  public mutating func losses(of window: Window) -> [Double] {
    precondition(window.batchSize == rows, "\(window.batchSize) tracks in \(rows) rows")
    return stride(from: 0, to: window.inputs.count, by: rows).flatMap { first in
      let step = first..<first + rows
      return crossEntropyLosses(
        self.step(Array(window.inputs[step])), targets: Array(window.targets[step]))
    }
  }

  /// Feeds several tokens to each row.
  ///
  /// - Parameter tokens: (T, B), time-major, at least one step.
  /// - Returns: The logits of the token after the last, (B, V).
  public mutating func feed(_ tokens: [Int32]) -> Tensor {
    precondition(
      !tokens.isEmpty && tokens.count.isMultiple(of: rows), "\(tokens.count) tokens in \(rows) rows"
    )
    for first in stride(from: 0, to: tokens.count - rows, by: rows) {
      _ = stack.step(Array(tokens[first..<first + rows]))
    }
    return step(Array(tokens.suffix(rows)))
  }
}

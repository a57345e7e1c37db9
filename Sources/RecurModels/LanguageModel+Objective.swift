public import RecurCore
public import RecurData
public import RecurGradients
import RecurLayers
public import RecurTensors

extension LanguageModel {
  /// The mean loss of a window in nats for each token: what training makes small.
  ///
  /// - Parameters:
  ///   - window: T steps of B tracks; the tokens must be below V.
  ///   - carry: The state after the window before; nil for the initial state.
  ///   - tape: Where gradients are wanted. Dropout acts only on a tape.
  /// - Returns: The mean, a single scalar, and the state after the window.
  public func objective(
    of window: Window, from carry: Carry? = nil, on tape: Tape?
  ) -> (mean: Variable, carry: Carry) {
    let (outputs, embedding, carry) = outputs(
      window.inputs, batchSize: window.batchSize, from: carry, on: tape)
    return (
      head.objective(outputs, targets: window.targets, embedding: embedding, on: tape), carry
    )
  }

  /// The loss of every token of a window, without dropout.
  ///
  /// - Returns: The losses in nats, (T, B), and the state after the window.
  public func losses(
    of window: Window, from carry: Carry? = nil
  ) -> (nats: [Double], carry: Carry) {
    let (outputs, embedding, carry) = outputs(
      window.inputs, batchSize: window.batchSize, from: carry, on: nil)
    let nats = head.losses(
      outputs.value, targets: window.targets, embedding: embedding.value)
    return (nats, carry)
  }

  /// The logits of the token after each one, without dropout; those of an adaptive softmax are the
  /// logarithms of the probabilities.
  ///
  /// - Parameters:
  ///   - tokens: (T, B), time-major.
  ///   - batchSize: B.
  ///   - carry: The state before; nil for the initial state.
  /// - Returns: The logits, (T, B, V), and the state after the last token.
  public func logits(
    after tokens: [Int32], batchSize: Int = 1, from carry: Carry? = nil
  ) -> (logits: Tensor, carry: Carry) {
    let (outputs, embedding, carry) = outputs(
      tokens, batchSize: batchSize, from: carry, on: nil)
    let logits = head.logits(outputs.value, embedding: embedding.value)
    return (logits.reshaped([tokens.count / batchSize, batchSize, vocabularySize]), carry)
  }

  /// What the head sees, (T B, H), and the embedding's weight.
  private func outputs(
    _ tokens: [Int32], batchSize: Int, from carry: Carry?, on tape: Tape?
  ) -> (outputs: Variable, embedding: Variable, carry: Carry) {
    precondition(
      batchSize > 0 && tokens.count.isMultiple(of: batchSize) && !tokens.isEmpty,
      "\(tokens.count) tokens in \(batchSize) rows")
    let weight = embedding.weight.variable(on: tape)
    let (outputs, carry) = stack.unroll(
      tokens: tokens, embedding: weight, batchSize: batchSize, from: carry)
    let rows = stack.dropout(outputs, probability: dropout)
      .reshaped([tokens.count, stack.hiddenSize])
    return (rows, weight, carry)
  }
}

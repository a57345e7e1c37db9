import CKernels
import RecurGradients
import RecurTensors

/// The unroll of a built-in cell as one node: one product for the inputs of all steps, a C kernel for
/// the recurrence, one product for the weight gradients of all steps.
///
/// The inputs are a sequence, or rows of an embedding. Rows are folded: the product with the input
/// weights is taken once for each row of the embedding and not for each token, which is exact.
struct FusedRecurrence {
  enum Kind {
    case elman(rectified: Bool)
    case lstm
    case gru

    /// Blocks of H rows in the weights.
    var gateCount: Int {
      switch self {
      case .elman: 1
      case .lstm: 4
      case .gru: 3
      }
    }
    /// Blocks of H scalars that the kernel keeps for each step; the GRU also keeps U_n h + b_hn.
    var storedCount: Int {
      switch self {
      case .elman: 1
      case .lstm, .gru: 4
      }
    }
  }

  enum Inputs {
    case sequence(Variable)  // (T, B, D)
    case tokens([Int32], embedding: Variable, batchSize: Int)  // (T, B), (V, D)

    /// The sequence, or the embedding.
    var variable: Variable {
      switch self {
      case .sequence(let sequence): sequence
      case .tokens(_, let embedding, _): embedding
      }
    }

    /// T and B.
    var size: (steps: Int, batch: Int) {
      switch self {
      case .sequence(let sequence):
        precondition(sequence.shape.count == 3, "inputs of shape \(sequence.shape)")
        return (sequence.shape[0], sequence.shape[1])
      case .tokens(let tokens, _, let batchSize):
        precondition(
          batchSize > 0 && tokens.count % batchSize == 0,
          "\(tokens.count) tokens in \(batchSize) rows")
        return (tokens.count / batchSize, batchSize)
      }
    }
  }

  let kind: Kind
  let weightIH: Variable  // (gH, D)
  private(set) var weightHH: Variable  // (gH, H)
  let biasIH: Variable  // (gH)
  let biasHH: Variable  // (gH)

  var hiddenSize: Int { weightHH.shape[1] }
  var inputSize: Int { weightIH.shape[1] }
  var gateWidth: Int { kind.gateCount * hiddenSize }
  var storedWidth: Int { kind.storedCount * hiddenSize }
  /// The distance between two rows of what the kernel keeps. Rows that lie a multiple of 4096 bytes
  /// apart would drive one another out of the caches, so such rows are kept a line apart.
  var gatesLeading: Int {
    storedWidth * MemoryLayout<Real>.stride % 4096 == 0 ? storedWidth + 16 : storedWidth
  }
  var hasCell: Bool { if case .lstm = kind { true } else { false } }

  init(
    _ kind: Kind, weightIH: Parameter, weightHH: Parameter, biasIH: Parameter, biasHH: Parameter,
    on tape: Tape?
  ) {
    self.kind = kind
    self.weightIH = weightIH.variable(on: tape)
    self.weightHH = weightHH.variable(on: tape)
    self.biasIH = biasIH.variable(on: tape)
    self.biasHH = biasHH.variable(on: tape)
  }

  /// The same with some elements of W_hh dropped, on a tape: one choice for all steps.
  func droppingWeights(_ probability: Real) -> FusedRecurrence {
    var copy = self
    copy.weightHH = weightHH.dropout(probability: probability)
    return copy
  }

  /// Runs all steps.
  ///
  /// - Parameters:
  ///   - initial: The parts of the initial state, each (B, H); nil for zeros.
  /// - Returns: The outputs, (T, B, H), and the parts of the state after each row's last step.
  func unroll(
    _ inputs: Inputs, lengths: [Int32]?, from initial: [Variable]?
  ) -> (outputs: Variable, state: [Variable]) {
    let size = inputs.size
    let kept = size.steps * size.batch * gatesLeading
    if weightHH.tape != nil, lengths == nil, kept > Recomputation.limit {
      let steps = max(1, Recomputation.limit / 4 / (size.batch * gatesLeading))
      var inputs = inputs
      // Every segment would fold all rows: more work than the inputs of its steps.
      if case .tokens(let tokens, let rows, _) = inputs, rows.shape[0] > steps * size.batch {
        inputs = .sequence(
          rows.gatherRows(tokens).reshaped([size.steps, size.batch, inputSize]))
      }
      return unroll(inputs, inSegmentsOf: steps, from: initial)
    }
    let window = Window(self, inputs, lengths: lengths, from: initial?.map(\.value))
    window.forward()
    return record(window.hidden, window.finalState(), of: inputs, from: initial) {
      pullback, outputs, final in
      window.backward(pullback, outputs: outputs?.pointer, final: final)
    }
  }

  /// Records outputs and final state as one operation.
  ///
  /// - Parameter backward: Turns the gradients of both into those of the initial state.
  func record(
    _ outputs: Tensor, _ state: [Tensor], of inputs: Inputs, from initial: [Variable]?,
    _ backward: @escaping (Tape.Pullback, _ outputs: Tensor?, _ final: [Tensor?]) -> [Tensor]
  ) -> (outputs: Variable, state: [Variable]) {
    guard let tape = weightHH.tape else { return (Variable(outputs), state.map(Variable.init)) }
    // Where everything is frozen there is no way back.
    let operands = [weightIH, weightHH, biasIH, biasHH, inputs.variable] + (initial ?? [])
    guard operands.contains(where: \.wantsGradient) else {
      return (tape.constant(outputs), state.map(tape.constant))
    }
    let recorded = tape.record([outputs] + state) { pullback in
      let outputGradient = pullback.takeGradient(ofOutput: 0)
      let final = state.indices.map { pullback.gradient(ofOutput: 1 + $0) }
      let gradients = withExtendedLifetime(outputGradient) {
        backward(pullback, outputGradient, final)
      }
      for (part, gradient) in zip(initial ?? [], gradients) {
        pullback.add(gradient, to: part.operand)
      }
    }
    return (recorded[0], Array(recorded[1...]))
  }
}

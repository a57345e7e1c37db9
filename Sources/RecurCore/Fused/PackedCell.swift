import CKernels
import RecurGradients
import RecurTensors

/// The weights of a built-in cell, packed once for any number of steppers.
final class PackedCell: @unchecked Sendable {
  // Only constants, hence safe to share; the kernel is a pointer to a C function.

  /// A step of some groups of units.
  typealias Kernel =
    @convention(c) (
      UnsafePointer<RecurrenceRun>?, UnsafePointer<WeightPanels>?, UnsafePointer<WeightPanels>?,
      UnsafePointer<Real>?, Int64, Int64, UnsafeMutablePointer<Real>?
    ) -> Void

  let kernel: Kernel
  let hiddenSize: Int
  let storedWidth: Int
  let hasCell: Bool
  let recurrent: PackedWeights
  /// W_ih packed; nil where its product with each row of an embedding is.
  let input: PackedWeights?
  /// A step of no rows from nowhere: what all steps have in common.
  let run: RecurrenceRun
  /// What `run` points into: the biases, and the product of W_ih with each row of an embedding.
  private let memory: [Tensor]
  /// What a step is cut into: 16 units with all gates, or 64 units where there is one gate.
  let groupCount: Int

  /// The most scalars of a table of products, 32 MB in single precision: beyond, its making would delay
  /// the first token, and its rows would come from memory anyway. The product is then taken in each
  /// step.
  static let tableLimit = 1 << 23

  /// Packs a cell.
  ///
  /// - Parameters:
  ///   - embedding: (V, D), to fold into the input weights; nil for a layer fed with vectors.
  ///   - weights: What is kept of the weights.
  init(_ cell: FusedRecurrence, embedding: Tensor?, _ weights: InferenceWeights) {
    let gateCount = cell.kind.gateCount
    hiddenSize = cell.hiddenSize
    storedWidth = cell.storedWidth
    hasCell = cell.hasCell
    let inputBias = cell.inputBias()
    var memory = [inputBias]
    var run = RecurrenceRun()
    run.steps = 1
    run.hidden = Int64(cell.hiddenSize)
    run.gates_leading = Int64(cell.storedWidth)
    run.input_bias = inputBias.pointer
    if let embedding, embedding.shape[0] * cell.gateWidth <= Self.tableLimit {
      // What a piece takes for a while has just the size of the packed weights of 8 bits.
      let table = cell.inputTable(folding: embedding, pieces: gateCount)
      memory.append(table)
      run.table = table.pointer
      input = nil
    } else {
      input = PackedWeights(cell.weightIH.value, gateCount: gateCount, weights)
    }
    recurrent = PackedWeights(cell.weightHH.value, gateCount: gateCount, weights)
    let units = gateCount == 1 ? 4 * Int(RECUR_PANEL) : Int(RECUR_PANEL)
    groupCount = (cell.hiddenSize + units - 1) / units
    let kernels = Kernels.table
    switch cell.kind {
    case .elman(let rectified):
      kernel = kernels.rnn_step
      run.rectified = rectified
    case .lstm:
      kernel = kernels.lstm_step
    case .gru:
      kernel = kernels.gru_step
      memory.append(cell.biasHH.value)
      run.recurrent_bias = cell.biasHH.value.pointer + 2 * cell.hiddenSize
    }
    self.run = run
    self.memory = memory
  }
}

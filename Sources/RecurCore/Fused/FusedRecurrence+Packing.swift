import CKernels
import RecurGradients
import RecurTensors

extension FusedRecurrence {
  /// The product of the input weights with every row of an embedding, (V, gH).
  ///
  /// - Parameter pieces: In how many pieces, a divisor of gH, the weights are taken: the product needs
  ///   memory for one. The bits are the same.
  func inputTable(folding embedding: Tensor, pieces: Int = 1) -> Tensor {
    var table = Tensor(unwritten: [embedding.shape[0], gateWidth])
    let target = table.mutablePointer
    let width = gateWidth / pieces
    for column in stride(from: 0, to: gateWidth, by: width) {
      MatrixProduct.compute(
        MatrixView(embedding.pointer, rows: embedding.shape[0], columns: inputSize),
        MatrixView(
          weightIH.value.pointer + column * inputSize, rows: width, columns: inputSize
        ).transposed,
        into: target + column, leading: gateWidth)
    }
    return table
  }

  /// The biases that are added outside the recurrent product; b_hn of the GRU stays inside.
  func inputBias() -> Tensor {
    var bias = biasIH.value
    let shared = if case .gru = kind { 2 * hiddenSize } else { gateWidth }
    Kernels.table.add(bias.mutablePointer, biasHH.value.pointer, Int64(shared))
    return bias
  }

  /// W_hh by blocks of units, the gates of a block side by side.
  func packedForForward() -> Tensor {
    PackedMatrix.rows(of: weightHH.value, gateCount: kind.gateCount)
  }

  /// W_hh by columns: gradients of pre-activations times these are gradients of the hidden state.
  func packedForBackward() -> Tensor {
    let size = hiddenSize
    let blocks = (size + Int(RECUR_PANEL) - 1) / Int(RECUR_PANEL)
    var panels = Tensor(unwritten: [blocks, Kernels.table.panelSize(gateWidth)])
    let target = panels.mutablePointer
    let source = weightHH.value.pointer
    ThreadTeam.current.forEachPart(of: blocks) { part in
      Kernels.table.pack_columns(
        target, source, Int64(gateWidth), Int64(size), Int64(size),
        Int64(part.lowerBound), Int64(part.upperBound))
    }
    return panels
  }
}

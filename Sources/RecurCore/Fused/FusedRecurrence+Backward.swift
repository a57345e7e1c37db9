import CKernels
import RecurGradients
import RecurTensors

extension FusedRecurrence.Window {
  /// Adds the gradients of weights and inputs.
  ///
  /// - Parameters:
  ///   - outputs: The gradient of the outputs, of this window's first step and those behind it.
  ///   - final: The gradients of the parts of the final state.
  /// - Returns: The gradients of the parts of the initial state.
  func backward(
    _ pullback: Tape.Pullback, outputs: UnsafePointer<Real>?, final: [Tensor?]
  ) -> [Tensor] {
    precondition(gates.shape[0] == steps, "a backward pass of steps whose gates are not kept")
    let size = cell.hiddenSize
    var hiddenGradient = Tensor(unwritten: [batch, size])
    var cellGradient = cell.hasCell ? Tensor(unwritten: [batch, size]) : nil
    let panels = cell.packedForBackward()
    withRun(panels: panels) { run in
      run.pointee.output_gradient = outputs
      run.pointee.final_hidden_gradient = final[0]?.pointer
      run.pointee.final_cell_gradient = cell.hasCell ? final[1]?.pointer : nil
      run.pointee.hidden_gradient = hiddenGradient.mutablePointer
      run.pointee.cell_gradient = cellGradient?.mutablePointer
      ThreadTeam.current.forEachPart(of: batch) { rows in
        let begin = Int64(rows.lowerBound)
        let end = Int64(rows.upperBound)
        switch cell.kind {
        case .elman: Kernels.table.rnn_backward(run, begin, end)
        case .lstm: Kernels.table.lstm_backward(run, begin, end)
        case .gru: Kernels.table.gru_backward(run, begin, end)
        }
      }
    }
    addRecurrentGradients(pullback)
    addInputGradients(pullback)
    return [hiddenGradient] + (cellGradient.map { [$0] } ?? [])
  }

  /// Blocks of columns in `gates` and the rows of W_hh and b_hh that they belong to.
  private var recurrentBlocks: [(column: Int, row: Int, width: Int)] {
    let size = cell.hiddenSize
    switch cell.kind {
    case .gru:
      // It begins with a pair of its own where there are pairs.
      let inner =
        Kernels.table.rounds_factors ? 2 * Int(recur_pairs(Int64(3 * size))) : 3 * size
      return [(0, 0, 2 * size), (inner, 2 * size, size)]
    case .elman, .lstm: return [(0, 0, cell.gateWidth)]
    }
  }

  /// What a backward pass has left in `gates`: the gradients of the pre-activations of some rows, by default all.
  private func gateGradients(
    rows: Range<Int>? = nil, column: Int = 0, width: Int
  ) -> MatrixView {
    let rows = rows ?? 0..<steps * batch
    let elementsInScalar = Kernels.table.rounds_factors ? 2 : 1
    return MatrixView(
      gates.pointer + rows.lowerBound * cell.gatesLeading + column / elementsInScalar,
      rows: rows.count, columns: width, leading: cell.gatesLeading * elementsInScalar,
      isInPairs: Kernels.table.rounds_factors)
  }

  private func addRecurrentGradients(_ pullback: Tape.Pullback) {
    let size = cell.hiddenSize
    pullback.accumulate(into: cell.weightHH.operand) { target, adding in
      for block in recurrentBlocks {
        let rows = target + block.row * size
        var adding = adding
        if let initial {
          MatrixProduct.compute(
            gateGradients(rows: 0..<batch, column: block.column, width: block.width).transposed,
            MatrixView(initial[0].pointer, rows: batch, columns: size),
            into: rows, accumulate: adding)
          adding = true
        }
        MatrixProduct.compute(
          gateGradients(rows: batch..<steps * batch, column: block.column, width: block.width)
            .transposed,
          MatrixView(hidden.pointer, rows: (steps - 1) * batch, columns: size),
          into: rows, accumulate: adding)
      }
    }
  }

  private func addInputGradients(_ pullback: Tape.Pullback) {
    let weights = MatrixView(
      cell.weightIH.value.pointer, rows: cell.gateWidth, columns: cell.inputSize)
    let gradients: MatrixView
    let operand: Variable
    let folded: Tensor?
    let offset: Int
    switch inputs {
    case .sequence(let sequence):
      folded = nil
      offset = inputOffset
      operand = sequence
      gradients = gateGradients(width: cell.gateWidth)
    case .tokens(let tokens, let embedding, _):
      let sums = sumsByToken(tokens, rows: embedding.shape[0])
      folded = sums
      offset = 0
      operand = embedding
      gradients = MatrixView(sums.pointer, rows: embedding.shape[0], columns: cell.gateWidth)
    }
    withExtendedLifetime(folded) {
      pullback.accumulate(into: cell.weightIH.operand) { target, adding in
        MatrixProduct.compute(
          gradients.transposed,
          MatrixView(
            operand.value.pointer + offset, rows: gradients.rows, columns: cell.inputSize),
          into: target, accumulate: adding)
      }
      addBiasGradients(pullback, of: gradients)
      if gradients.rows * cell.inputSize == operand.value.count {
        pullback.accumulate(into: operand.operand) { target, adding in
          MatrixProduct.compute(gradients, weights, into: target, accumulate: adding)
        }
      } else {
        pullback.accumulatePart(of: operand.operand) { target in
          MatrixProduct.compute(gradients, weights, into: target + offset, accumulate: true)
        }
      }
    }
  }

  /// The gradients of the pre-activations, summed for each row of the embedding in the order of
  /// the tokens. Threads share the columns, so that the order is the same for any number of them.
  private func sumsByToken(_ tokens: [Int32], rows: Int) -> Tensor {
    let width = cell.gateWidth
    let gradients = gateGradients(width: width)
    var sums = Tensor(zeros: [rows, width])
    let target = sums.mutablePointer
    withExtendedLifetime(gates) {
      ThreadTeam.current.forEachPart(of: width, multiple: Int(RECUR_PANEL)) { columns in
        Kernels.table.add_rows(
          target + columns.lowerBound, Int64(width), tokens,
          gradients.pointer(at: columns.lowerBound), gradients.isInPairs, Int64(tokens.count),
          Int64(columns.count), Int64(gradients.leading))
      }
    }
    return sums
  }

  /// Both biases are added to the same sums and have the same gradient, but for the part of a GRU's that is
  /// inside: all of them are sums of columns, which are taken once.
  ///
  /// - Parameter gradients: Of the input parts, (rows, gH): for each token, or for each row of the embedding.
  private func addBiasGradients(_ pullback: Tape.Pullback, of gradients: MatrixView) {
    guard
      pullback.wantsGradient(of: cell.biasIH.operand)
        || pullback.wantsGradient(of: cell.biasHH.operand)
    else { return }
    let width = recurrentBlocks.map { $0.column + $0.width }.max() ?? 0
    let source = width > gradients.columns ? gateGradients(width: width) : gradients
    var sums = Tensor(zeros: [width])
    let target = sums.mutablePointer
    ThreadTeam.current.forEachPart(of: width, multiple: Int(RECUR_PANEL)) { columns in
      Kernels.table.add_column_sums(
        target + columns.lowerBound, source.pointer(at: columns.lowerBound), source.isInPairs,
        Int64(source.rows), Int64(columns.count), Int64(source.leading))
    }
    defer { withExtendedLifetime(sums) {} }
    for (bias, blocks) in [
      (cell.biasIH, [(column: 0, row: 0, width: cell.gateWidth)]), (cell.biasHH, recurrentBlocks),
    ] {
      pullback.accumulate(into: bias.operand) { target, adding in
        for block in blocks {
          let (rows, part) = (target + block.row, sums.pointer + block.column)
          if adding {
            Kernels.table.add(rows, part, Int64(block.width))
          } else {
            rows.update(from: part, count: block.width)
          }
        }
      }
    }
  }
}

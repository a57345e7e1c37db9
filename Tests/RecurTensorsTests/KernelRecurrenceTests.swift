import CKernels
import RecurTensors
import Testing

/// The recurrences of every instruction set against the portable ones; those are held to the steps
/// by the contract of cells.
@Suite("Recurrences of every instruction set")
struct KernelRecurrenceTests {
  enum Kind: String, CaseIterable {
    case tanh, rectified, lstm, gru
    /// Gates with inputs of their own.
    var gates: Int { self == .lstm ? 4 : self == .gru ? 3 : 1 }
    /// Width of the stored activations in units.
    var stored: Int { self == .lstm || self == .gru ? 4 : 1 }
  }

  struct Problem {
    let kind: Kind
    let steps: Int
    let batch: Int
    let hidden: Int
    var hasLengths = false
    var hasInitial = true
    var hasTable = false
  }

  /// Everything a recurrence writes, forward and backward; the gradients of the gates, and what lies between these,
  /// row by row. Where it keeps the gates of one step alone there is no backward pass.
  private func run(
    _ problem: Problem, _ table: KernelTable, parts: Int = 1, keepsGates: Bool = true
  ) -> [[Real]] {
    let (kind, steps, batch, hidden) = (problem.kind, problem.steps, problem.batch, problem.hidden)
    let panel = Int(RECUR_PANEL)
    let blocks = (hidden + panel - 1) / panel
    let width = kind.gates * hidden
    let weights = normal(width * hidden, seed: 1).map { $0 * 0.3 }
    let rows = 5
    let inputTable = normal(rows * width, seed: 2)
    let tokens = (0..<steps * batch).map { Int32(($0 * 7 + $0 / 3) % rows) }
    let inputBias = normal(width, seed: 3)
    let recurrentBias = normal(hidden, seed: 4)
    let lengths = (0..<batch).map { Int32(1 + ($0 * 5 + steps - 1) % steps) }
    let initialHidden = normal(batch * hidden, seed: 5)
    let initialCell = normal(batch * hidden, seed: 6)
    let outputGradient = normal(steps * batch * hidden, seed: 7)
    let finalHidden = normal(batch * hidden, seed: 8)
    let finalCell = normal(batch * hidden, seed: 9)

    // Rows that lie further apart than they are wide.
    let leading = kind.stored * hidden + 5
    let rowCount = (keepsGates ? steps : 1) * batch
    var gates = [Real](repeating: 0, count: rowCount * leading)
    let inputs = normal(rowCount * width, seed: 10)
    for row in 0..<rowCount {
      for column in 0..<width {
        gates[row * leading + column] = inputs[row * width + column]
      }
    }
    var forwardPanels = [Real](
      repeating: .nan, count: blocks * kind.gates * table.panelSize(hidden))
    forwardPanels.withUnsafeMutableBufferPointer { panels in
      weights.withUnsafeBufferPointer { weights in
        guard let target = panels.baseAddress, let source = weights.baseAddress else { return }
        for gate in 0..<kind.gates {
          table.pack_rows(
            target + gate * table.panelSize(hidden), source + gate * hidden * hidden, Int64(hidden),
            Int64(hidden), Int64(hidden), 0, Int64(blocks), Int64(kind.gates))
        }
      }
    }
    var backwardPanels = [Real](repeating: .nan, count: blocks * table.panelSize(width))
    table.pack_columns(
      &backwardPanels, weights, Int64(width), Int64(hidden), Int64(hidden), 0, Int64(blocks))

    // What is not written stays NaN and is seen.
    var hiddenSequence = [Real](repeating: .nan, count: steps * batch * hidden)
    var cellSequence = hiddenSequence
    var hiddenGradient = [Real](repeating: .nan, count: batch * hidden)
    var cellGradient = hiddenGradient
    var pairs = [Real](repeating: .nan, count: batch * (hidden + 1) / 2 + batch)
    var results: [[Real]] = []

    func with(_ panels: [Real], _ body: (inout RecurrenceRun) -> Void) {
      gates.withUnsafeMutableBufferPointer { gates in
        hiddenSequence.withUnsafeMutableBufferPointer { hiddenSequence in
          cellSequence.withUnsafeMutableBufferPointer { cellSequence in
            hiddenGradient.withUnsafeMutableBufferPointer { hiddenGradient in
              cellGradient.withUnsafeMutableBufferPointer { cellGradient in
                panels.withUnsafeBufferPointer { panels in
                  pairs.withUnsafeMutableBufferPointer { pairs in
                    var run = RecurrenceRun()
                    run.steps = Int64(steps)
                    run.batch = Int64(batch)
                    run.hidden = Int64(hidden)
                    run.gates = gates.baseAddress
                    run.gates_leading = Int64(leading)
                    run.gates_step = keepsGates ? Int64(batch * leading) : 0
                    run.panels = panels.baseAddress
                    run.hidden_sequence = hiddenSequence.baseAddress
                    run.hidden_gradient = hiddenGradient.baseAddress
                    if kind == .lstm {
                      run.cell_sequence = cellSequence.baseAddress
                      run.cell_gradient = cellGradient.baseAddress
                    }
                    run.rectified = kind == .rectified
                    run.pairs = pairs.baseAddress
                    body(&run)
                  }
                }
              }
            }
          }
        }
      }
    }
    func call(
      _ function: (UnsafePointer<RecurrenceRun>?, Int64, Int64) -> Void, _ run: inout RecurrenceRun
    ) {
      inputTable.withUnsafeBufferPointer { inputTable in
        tokens.withUnsafeBufferPointer { tokens in
          inputBias.withUnsafeBufferPointer { inputBias in
            recurrentBias.withUnsafeBufferPointer { recurrentBias in
              lengths.withUnsafeBufferPointer { lengths in
                initialHidden.withUnsafeBufferPointer { initialHidden in
                  initialCell.withUnsafeBufferPointer { initialCell in
                    if problem.hasTable {
                      run.table = inputTable.baseAddress
                      run.tokens = tokens.baseAddress
                    }
                    run.input_bias = inputBias.baseAddress
                    run.recurrent_bias = recurrentBias.baseAddress
                    if problem.hasLengths { run.lengths = lengths.baseAddress }
                    if problem.hasInitial {
                      run.initial_hidden = initialHidden.baseAddress
                      if kind == .lstm { run.initial_cell = initialCell.baseAddress }
                    }
                    for part in 0..<parts {
                      function(
                        &run, Int64(batch * part / parts), Int64(batch * (part + 1) / parts))
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    with(forwardPanels) { run in
      switch kind {
      case .tanh, .rectified: call(table.rnn_forward, &run)
      case .lstm: call(table.lstm_forward, &run)
      case .gru: call(table.gru_forward, &run)
      }
    }
    results.append(hiddenSequence)
    if kind == .lstm { results.append(cellSequence) }
    if !keepsGates { return results }
    with(backwardPanels) { run in
      outputGradient.withUnsafeBufferPointer { outputGradient in
        finalHidden.withUnsafeBufferPointer { finalHidden in
          finalCell.withUnsafeBufferPointer { finalCell in
            run.output_gradient = outputGradient.baseAddress
            run.final_hidden_gradient = finalHidden.baseAddress
            if kind == .lstm { run.final_cell_gradient = finalCell.baseAddress }
            switch kind {
            case .tanh, .rectified: call(table.rnn_backward, &run)
            case .lstm: call(table.lstm_backward, &run)
            case .gru: call(table.gru_backward, &run)
            }
          }
        }
      }
    }
    results.append(hiddenGradient)
    for row in 0..<steps * batch {
      let row = gates[row * leading..<(row + 1) * leading]
      let width = kind.stored * hidden
      results.append(Array(row.dropFirst(width)))
      if table.rounds_factors {
        // What has no input begins with a pair of its own.
        let numbers = NamedKernels.numbers(in: row)
        let (inputs, others) = (kind.gates * hidden, width - kind.gates * hidden)
        let inner = inputs + inputs % 2
        results.append(Array(numbers[..<inputs]) + numbers[inner..<inner + others])
        // Pairs that are not full are multiplied as they stand.
        for end in [inputs, inner + others] where end % 2 == 1 { #expect(numbers[end] == 0) }
      } else {
        results.append(Array(row.prefix(width)))
      }
    }
    if kind == .lstm { results.append(cellGradient) }
    return results
  }

  private func problems(_ kind: Kind) -> [Problem] {
    var all: [Problem] = []
    for (steps, batch, hidden) in [
      (3, 2, 1), (3, 1, 5), (2, 2, 16), (4, 7, 21), (2, 13, 48), (2, 53, 37),
    ] {
      for hasLengths in [false, true] {
        for hasInitial in [false, true] {
          all.append(
            Problem(
              kind: kind, steps: steps, batch: batch, hidden: hidden, hasLengths: hasLengths,
              hasInitial: hasInitial, hasTable: hidden % 2 == 1))
        }
      }
    }
    return all
  }

  @Test(
    "A recurrence with rounded factors stays near the one without, forward and backward",
    arguments: NamedKernels.rounding, [Kind.tanh, .lstm, .gru])
  func roundedRecurrences(_ kernels: NamedKernels, _ kind: Kind) {
    for problem in problems(kind) {
      let expected = run(problem, NamedKernels.portable.table)
      let found = run(problem, kernels.table)
      for (index, pair) in zip(found, expected).enumerated() {
        // A panel that was read from a wrong place would be wrong by much. (A rectified unit may
        // switch its slope for the smallest difference.)
        let error = difference(pair.0, pair.1.map { Double($0) })
        #expect(error < 0.03, "\(problem) \(index)")
      }
    }
  }

  @Test(
    "A recurrence equals the portable one, forward and backward", arguments: NamedKernels.all,
    Kind.allCases)
  func recurrencesAgree(_ kernels: NamedKernels, _ kind: Kind) {
    for problem in problems(kind) {
      let expected = run(problem, NamedKernels.portable.table)
      let found = run(problem, kernels.table)
      #expect(expected.allSatisfy { $0.allSatisfy { $0.isFinite } }, "\(problem)")
      for (index, pair) in zip(found, expected).enumerated() {
        let error = difference(pair.0, pair.1.map { Double($0) })
        #expect(error < 5 * kernelTolerance, "\(problem) \(index)")
      }
    }
  }

  @Test(
    "The bits of a recurrence do not depend on how the rows are cut",
    arguments: NamedKernels.all + NamedKernels.rounding, Kind.allCases)
  func partsAgree(_ kernels: NamedKernels, _ kind: Kind) {
    for problem in problems(kind) where problem.batch > 1 {
      let whole = run(problem, kernels.table)
      for parts in [2, 3, 7] where parts <= problem.batch {
        #expect(run(problem, kernels.table, parts: parts) == whole, "\(problem) \(parts)")
      }
    }
  }

  @Test(
    "States have the same bits where the gates of one step alone are kept",
    arguments: NamedKernels.all + NamedKernels.rounding, Kind.allCases)
  func gatesOfOneStep(_ kernels: NamedKernels, _ kind: Kind) {
    for problem in problems(kind) where problem.hasTable {
      let states = run(problem, kernels.table, keepsGates: false)
      let all = run(problem, kernels.table)
      #expect(states == Array(all.prefix(states.count)), "\(problem)")
    }
  }
}

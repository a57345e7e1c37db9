import CKernels
import RecurTensors
import Testing

/// Single steps that are cut by units, against the recurrences, which are cut by rows.
@Suite("Steps of every instruction set")
struct KernelStepTests {
  enum Kind: String, CaseIterable {
    case tanh, lstm, gru
    var gates: Int { self == .lstm ? 4 : self == .gru ? 3 : 1 }
    var stored: Int { self == .tanh ? 1 : 4 }
  }
  private static let panel = Int(RECUR_PANEL)

  /// A cell with what goes into one step of it.
  private struct Problem {
    let kind: Kind
    let batch: Int
    let hidden: Int
    let inputs: Int

    var width: Int { kind.gates * hidden }
    var recurrent: [Real] { normal(width * hidden, seed: 1).map { $0 * 0.3 } }
    var input: [Real] { normal(width * inputs, seed: 2).map { $0 * 0.3 } }
    var bias: [Real] { normal(width, seed: 3) }
    var inner: [Real] { normal(hidden, seed: 4) }
    var vectors: [Real] { normal(batch * inputs, seed: 5) }
    var initialHidden: [Real] { normal(batch * hidden, seed: 6) }
    var initialCell: [Real] { normal(batch * hidden, seed: 7) }
    var groups: Int {
      let units = kind.gates == 1 ? 4 * KernelStepTests.panel : KernelStepTests.panel
      return (hidden + units - 1) / units
    }
  }

  private func panels(_ table: KernelTable, _ w: [Real], _ problem: Problem, k: Int) -> [Real] {
    let blocks = (problem.hidden + Self.panel - 1) / Self.panel
    let panelSize = table.panelSize(k)
    var packed = [Real](repeating: .nan, count: blocks * problem.kind.gates * panelSize)
    packed.withUnsafeMutableBufferPointer { packed in
      w.withUnsafeBufferPointer { w in
        guard let target = packed.baseAddress, let source = w.baseAddress else { return }
        for gate in 0..<problem.kind.gates {
          table.pack_rows(
            target + gate * panelSize, source + gate * problem.hidden * k,
            Int64(problem.hidden), Int64(k), Int64(k), 0, Int64(blocks), Int64(problem.kind.gates))
        }
      }
    }
    return packed
  }

  /// The hidden and cell states after a step, taken by `body` with the input part in place or not.
  private func states(
    _ problem: Problem, gates: [Real], _ body: (inout RecurrenceRun) -> Void
  ) -> [[Real]] {
    let count = problem.batch * problem.hidden
    var gates = gates
    var hidden = [Real](repeating: .nan, count: count)
    var cell = [Real](repeating: .nan, count: count)
    var pairs = [Real](repeating: .nan, count: count)
    let (bias, inner) = (problem.bias, problem.inner)
    let (initialHidden, initialCell) = (problem.initialHidden, problem.initialCell)
    gates.withUnsafeMutableBufferPointer { gates in
      hidden.withUnsafeMutableBufferPointer { hidden in
        cell.withUnsafeMutableBufferPointer { cell in
          pairs.withUnsafeMutableBufferPointer { pairs in
            bias.withUnsafeBufferPointer { bias in
              inner.withUnsafeBufferPointer { inner in
                initialHidden.withUnsafeBufferPointer { initialHidden in
                  initialCell.withUnsafeBufferPointer { initialCell in
                    var run = RecurrenceRun()
                    run.steps = 1
                    run.batch = Int64(problem.batch)
                    run.hidden = Int64(problem.hidden)
                    run.gates = gates.baseAddress
                    run.gates_leading = Int64(problem.kind.stored * problem.hidden)
                    run.input_bias = bias.baseAddress
                    run.recurrent_bias = inner.baseAddress
                    run.initial_hidden = initialHidden.baseAddress
                    run.hidden_sequence = hidden.baseAddress
                    run.pairs = pairs.baseAddress
                    if problem.kind == .lstm {
                      run.initial_cell = initialCell.baseAddress
                      run.cell_sequence = cell.baseAddress
                    }
                    body(&run)
                  }
                }
              }
            }
          }
        }
      }
    }
    return problem.kind == .lstm ? [hidden, cell] : [hidden]
  }

  private func step(
    _ table: KernelTable, _ problem: Problem, _ recurrent: inout WeightPanels,
    _ input: inout WeightPanels, parts: Int
  ) -> [[Real]] {
    let vectors = problem.vectors
    let gates = [Real](repeating: .nan, count: problem.batch * problem.kind.stored * problem.hidden)
    let size =
      recur_workspace(Int64(problem.hidden), Int64(problem.batch))
      + recur_workspace(Int64(problem.inputs), Int64(problem.batch))
    var workspace = [Real](repeating: .nan, count: Int(size))
    return states(problem, gates: gates) { run in
      for part in 0..<parts {
        let begin = Int64(problem.groups * part / parts)
        let end = Int64(problem.groups * (part + 1) / parts)
        switch problem.kind {
        case .tanh: table.rnn_step(&run, &recurrent, &input, vectors, begin, end, &workspace)
        case .lstm: table.lstm_step(&run, &recurrent, &input, vectors, begin, end, &workspace)
        case .gru: table.gru_step(&run, &recurrent, &input, vectors, begin, end, &workspace)
        }
      }
    }
  }

  private func problems(_ kind: Kind) -> [Problem] {
    [(1, 5, 3), (2, 16, 16), (7, 37, 21), (3, 130, 40), (67, 48, 9)].map {
      Problem(kind: kind, batch: $0.0, hidden: $0.1, inputs: $0.2)
    }
  }

  @Test(
    "A step that is cut by units is a step of the recurrence, to the bit",
    arguments: NamedKernels.all + NamedKernels.rounding, Kind.allCases)
  func stepsAreRecurrences(_ kernels: NamedKernels, _ kind: Kind) {
    let table = kernels.table
    for problem in problems(kind) {
      let recurrent = panels(table, problem.recurrent, problem, k: problem.hidden)
      let input = panels(table, problem.input, problem, k: problem.inputs)
      // The input part by a product of its own.
      let blocks = (problem.width + Self.panel - 1) / Self.panel
      let panelSize = table.panelSize(problem.inputs)
      var plain = [Real](repeating: .nan, count: blocks * panelSize)
      table.pack_rows(
        &plain, problem.input, Int64(problem.width), Int64(problem.inputs), Int64(problem.inputs),
        0, Int64(blocks), 1)
      let leading = kind.stored * problem.hidden
      var gates = [Real](repeating: .nan, count: problem.batch * leading)
      table.product(
        Int64(problem.batch), Int64(problem.width), Int64(problem.inputs), problem.vectors,
        Int64(problem.inputs), plain, Int64(panelSize), &gates, Int64(leading),
        false)
      let expected = recurrent.withUnsafeBufferPointer { panels in
        states(problem, gates: gates) { run in
          run.panels = panels.baseAddress
          switch kind {
          case .tanh: table.rnn_forward(&run, 0, Int64(problem.batch))
          case .lstm: table.lstm_forward(&run, 0, Int64(problem.batch))
          case .gru: table.gru_forward(&run, 0, Int64(problem.batch))
          }
        }
      }
      recurrent.withUnsafeBufferPointer { recurrent in
        input.withUnsafeBufferPointer { input in
          var weights = WeightPanels()
          weights.width = Int64(problem.hidden)
          weights.panels = recurrent.baseAddress
          var inputs = WeightPanels()
          inputs.width = Int64(problem.inputs)
          inputs.panels = input.baseAddress
          for parts in [1, 2, problem.groups] {
            let found = step(table, problem, &weights, &inputs, parts: parts)
            #expect(found == expected, "\(problem) in \(parts)")
          }
        }
      }
    }
  }
}

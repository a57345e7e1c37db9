import CKernels
import RecurGradients
import RecurTensors

/// The way back through a pooling.
struct PooledGradient {
  /// What was read before the steps that gradients flow to, and with them.
  let before: PooledSteps
  let pooled: PooledSteps
  let gradient: Tensor  // (B, P)
  let steps: Int
  let lengths: [Int32]  // (B)

  private var rows: Int { pooled.rows }
  private var width: Int { pooled.width }

  /// Adds the gradients of last, mean, max and what stands side by side.
  func add(outputs: Tensor?, to operand: Operand, _ pullback: Tape.Pullback) {
    let parts = pooled.pooling.parts
    pullback.accumulatePart(of: operand) { sum in
      Elementwise.forEachPart(ofRows: rows, width: steps * width) { range in
        for row in range where lengths[row] > 0 {
          for (index, part) in parts.enumerated() {
            let source = gradient.pointer + (row * parts.count + index) * width
            switch part {
            case .last: addEnds(source, row, to: sum)
            case .max: if let outputs { addMaxima(source, row, outputs, to: sum) }
            case .mean, .attention, .concat:
              let scale = 1 / Real(pooled.counts[row])
              for step in 0..<Int(lengths[row]) {
                Kernels.table.add_scaled(
                  sum + (step * rows + row) * width, scale, source, Int64(width))
              }
            }
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
  }

  private func addEnds(
    _ source: UnsafePointer<Real>, _ row: Int, to sum: UnsafeMutablePointer<Real>
  ) {
    let forward = pooled.forwardWidth
    let last = sum + ((Int(lengths[row]) - 1) * rows + row) * width
    Kernels.table.add(last, source, Int64(forward))
    if before.counts[row] > 0 || forward == width { return }
    Kernels.table.add(sum + row * width + forward, source + forward, Int64(width - forward))
  }

  /// To the first step that has the greatest value, unless one before these steps has it.
  private func addMaxima(
    _ source: UnsafePointer<Real>, _ row: Int, _ outputs: Tensor,
    to sum: UnsafeMutablePointer<Real>
  ) {
    guard let maxima = pooled.maxima else { return }
    let greatest = maxima.pointer + row * width
    let earlier = before.counts[row] > 0 ? before.maxima.map { $0.pointer + row * width } : nil
    for unit in 0..<width {
      if let earlier, earlier[unit] == greatest[unit] { continue }
      for step in 0..<Int(lengths[row]) {
        let place = (step * rows + row) * width + unit
        if outputs.pointer[place] == greatest[unit] {
          sum[place] += source[unit]
          break
        }
      }
    }
  }

  /// Adds the gradients of an attention: with weights a = softmax(s), s = v · tanh(h) and
  /// y = Σ a h, ds = a (g · h - g · y) and dh = a g + ds v (1 - tanh²(h)).
  func addAttention(
    of outputs: Tensor, vector: Tensor, to operand: Operand, _ attention: Operand,
    _ pullback: Tape.Pullback
  ) {
    var squashed = Tensor(unwritten: outputs.shape)
    var weights = Tensor(zeros: [steps, rows])
    var slopes = Tensor(zeros: [steps, rows])
    let (tanh, a, ds) = (squashed.mutablePointer, weights.mutablePointer, slopes.mutablePointer)
    let (h, v, g) = (outputs.pointer, vector.pointer, gradient.pointer)
    let features = pooled.features()
    Elementwise.forEachPart(ofRows: rows, width: steps * width) { range in
      for row in range {
        let source = g + row * width
        let level = innerProduct(source, features.pointer + row * width, count: width)
        for step in 0..<Int(lengths[row]) {
          let place = step * rows + row
          Kernels.table.tanh(tanh + place * width, h + place * width, Int64(width))
          let score = innerProduct(tanh + place * width, v, count: width)
          let weight = exponential(Double(score - pooled.peaks[row])) / pooled.totals[row]
          a[place] = Real(weight)
          ds[place] =
            Real(weight) * (innerProduct(source, h + place * width, count: width) - level)
        }
      }
    }
    pullback.accumulatePart(of: operand) { sum in
      Elementwise.forEachPart(ofRows: rows, width: steps * width) { range in
        for row in range {
          for step in 0..<Int(lengths[row]) {
            let place = step * rows + row
            let target = sum + place * width
            let bent = tanh + place * width
            Kernels.table.add_scaled(target, a[place], g + row * width, Int64(width))
            for unit in 0..<width {
              target[unit] += ds[place] * v[unit] * (1 - bent[unit] * bent[unit])
            }
          }
        }
      }
    }
    pullback.accumulatePart(of: attention) { sum in
      // Threads share the columns: each is summed by one of them, in order.
      Elementwise.forEachPart(ofColumns: width, height: steps * rows) { part in
        for step in 0..<steps {
          for row in 0..<rows where step < Int(lengths[row]) {
            let place = step * rows + row
            Kernels.table.add_scaled(
              sum + part.lowerBound, ds[place], tanh + place * width + part.lowerBound,
              Int64(part.count))
          }
        }
      }
    }
    withExtendedLifetime((squashed, weights, slopes, outputs, vector, gradient, features)) {}
  }
}

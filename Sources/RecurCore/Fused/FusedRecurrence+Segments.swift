import RecurGradients
import RecurTensors

/// When the activations of a window are computed again instead of kept.
package enum Recomputation {
  /// The most scalars of activations that a layer keeps of one window: by default 2²⁶, 256 MB. Those
  /// of a longer window are computed again in the backward pass, segment by segment from the states
  /// between them: at most a third more work, and memory for one segment (Chen and others, 2016). A window
  /// whose rows have lengths of their own is kept whole.
  @TaskLocal package static var limit = 1 << 26
}

extension FusedRecurrence {
  /// Runs all steps and keeps the state before each segment only, besides the outputs.
  func unroll(
    _ inputs: Inputs, inSegmentsOf length: Int, from initial: [Variable]?
  ) -> (outputs: Variable, state: [Variable]) {
    let (steps, batch) = inputs.size
    let segments = stride(from: 0, to: steps, by: length).map { $0..<min($0 + length, steps) }
    let stepSize = batch * hiddenSize
    var outputs = Tensor(unwritten: [steps, batch, hiddenSize])
    let target = outputs.mutablePointer
    var starts: [[Tensor]?] = []
    var state = initial?.map(\.value)
    for segment in segments {
      let window = Window(self, inputs, segment: segment, lengths: nil, from: state)
      window.forward()
      (target + segment.lowerBound * stepSize).update(
        from: window.hidden.pointer, count: segment.count * stepSize)
      starts.append(state)
      state = window.finalState()
    }
    return record(outputs, state ?? [], of: inputs, from: initial) { pullback, outputs, final in
      var gradients = final
      for (segment, start) in zip(segments, starts).reversed() {
        let window = Window(self, inputs, segment: segment, lengths: nil, from: start)
        window.forward()
        gradients = window.backward(
          pullback, outputs: outputs.map { $0.pointer + segment.lowerBound * stepSize },
          final: gradients)
      }
      return gradients.compactMap { $0 }
    }
  }
}

public import RecurGradients
public import RecurTensors

/// The state between windows: plain tensors on no tape, so that nothing flows back from one window
/// to the one before. Stored in checkpoints.
public struct Carry: Sendable, Equatable {
  /// The parts of the state of each layer, each (B, H): the hidden state, then for an LSTM the cell
  /// state.
  public var layers: [[Tensor]]

  /// Makes a carry of the parts of each layer.
  public init(layers: [[Tensor]]) {
    self.layers = layers
  }

  /// Takes the parts of each layer off the tape.
  public init(detaching states: [[Variable]]) {
    layers = states.map { $0.map(\.value) }
  }

  /// The parts of each layer as data on a tape, or on none.
  public func variables(on tape: Tape?) -> [[Variable]] {
    layers.map { $0.map { tape?.constant($0) ?? Variable($0) } }
  }

  /// The same rows of every part, in the order given and as often as named.
  public func rows(_ indices: [Int]) -> Carry {
    Carry(
      layers: layers.map { parts in
        parts.map { part in
          let (height, width) = (part.shape[0], part.count / max(1, part.shape[0]))
          precondition(
            indices.allSatisfy { (0..<height).contains($0) }, "the rows \(indices) of \(height)")
          let source = part.scalars
          return Tensor(
            indices.flatMap { source[$0 * width..<($0 + 1) * width] },
            shape: [indices.count] + part.shape.dropFirst())
        }
      })
  }

  /// The same carry with zeros, the initial state of every built-in cell, in some rows.
  public func resettingRows(_ rows: [Int]) -> Carry {
    if rows.isEmpty { return self }
    return Carry(
      layers: layers.map { parts in
        parts.map { part in
          let (height, width) = (part.shape[0], part.count / max(1, part.shape[0]))
          precondition(
            rows.allSatisfy { (0..<height).contains($0) }, "the rows \(rows) of \(height)")
          var part = part
          part.withUnsafeMutableBuffer { buffer in
            for row in rows { buffer[row * width..<(row + 1) * width].update(repeating: 0) }
          }
          return part
        }
      })
  }

  /// Takes a row of every part of another carry of the same layers.
  public mutating func replaceRow(_ row: Int, by other: Carry, _ index: Int) {
    precondition(
      layers.count == other.layers.count,
      "a row of \(other.layers.count) layers for \(layers.count)")
    for layer in layers.indices {
      for part in layers[layer].indices {
        let source = other.layers[layer][part]
        let (shape, width) = (layers[layer][part].shape, source.count / max(1, source.shape[0]))
        precondition(
          shape.dropFirst() == source.shape.dropFirst() && (0..<shape[0]).contains(row)
            && (0..<source.shape[0]).contains(index),
          "row \(index) of \(source.shape) for row \(row) of \(shape)")
        (layers[layer][part].mutablePointer + row * width).update(
          from: source.pointer + index * width, count: width)
      }
    }
  }
}

extension LanguageModelConfiguration {
  /// The layers as specifications, from the inputs to the outputs.
  public var cells: [CellSpecification] {
    hiddenSizes.map { CellSpecification(kind: cell, hiddenSize: $0, forgetBias: forgetBias) }
  }

  /// The name and shape of every parameter, in visiting order, with PyTorch's names.
  ///
  /// Known without building the model, so that a file can be held against it first.
  public var parameterShapes: [(name: String, shape: [Int])] {
    var shapes = [(name: "embedding.weight", shape: [vocabularySize, embeddingSize])]
    var inputSize = embeddingSize
    for (layer, size) in hiddenSizes.enumerated() {
      let rows = cell.gateCount * size
      shapes.append(("rnn.weight_ih_l\(layer)", [rows, inputSize]))
      shapes.append(("rnn.weight_hh_l\(layer)", [rows, size]))
      shapes.append(("rnn.bias_ih_l\(layer)", [rows]))
      shapes.append(("rnn.bias_hh_l\(layer)", [rows]))
      inputSize = size
    }
    if !tiesWeights { shapes.append(("decoder.weight", [vocabularySize, inputSize])) }
    shapes.append(("decoder.bias", [vocabularySize]))
    return shapes
  }

  /// The number of trainable scalars.
  ///
  /// - Precondition: the configuration is valid.
  public var parameterCount: Int {
    guard let count = checkedParameterCount else {
      preconditionFailure("the parameters of \(self) cannot be counted")
    }
    return count
  }

  /// The number of trainable scalars; nil where it does not fit an integer.
  var checkedParameterCount: Int? {
    var total = 0
    for (_, shape) in parameterShapes {
      var count = 1
      for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        if overflow { return nil }
        count = product
      }
      let (sum, overflow) = total.addingReportingOverflow(count)
      if overflow { return nil }
      total = sum
    }
    return total
  }
}

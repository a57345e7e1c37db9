import RecurCore
import RecurLayers
import RecurTensors

extension LanguageModelConfiguration {
  /// The cut-offs of an adaptive softmax unless told otherwise: the likeliest eighth of the tokens
  /// stands in the head, the next three eighths in one cluster, the less likely half in another.
  ///
  /// By Zipf's law that half is a few hundredths of a text, and with layers of 400 units and a cluster
  /// a quarter as wide as the one before, the products take about a sixth of a full softmax's.
  public static func adaptiveCutoffs(vocabularySize: Int) -> [Int] {
    let first = max(1, vocabularySize / 8)
    return [first, max(first + 1, vocabularySize / 2)].filter { $0 < vocabularySize }
  }

  /// What is dropped inside of the core.
  var coreDropout: CoreDropout {
    CoreDropout(
      between: Real(dropout), inputs: Real(inputDropout), embedding: Real(embeddingDropout),
      weights: Real(weightDrop), locked: locksDropout)
  }

  /// What is dropped in training, in a line.
  public var dropoutDescription: String {
    var parts = ["\(dropout)\(locksDropout ? " (locked)" : "")"]
    let others = [
      ("inputs", inputDropout), ("embedding", embeddingDropout), ("weights", weightDrop),
    ]
    for (name, value) in others where value > 0 { parts.append("\(name) \(value)") }
    return parts.joined(separator: ", ")
  }

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
    if let adaptiveCutoffs {
      let ends = adaptiveCutoffs.dropFirst() + [vocabularySize]
      shapes.append(
        ("decoder.head.weight", [(adaptiveCutoffs.first ?? 0) + adaptiveCutoffs.count, inputSize]))
      for (index, (begin, end)) in zip(adaptiveCutoffs, ends).enumerated() {
        let width = AdaptiveSoftmax.width(ofCluster: index, inputSize: inputSize)
        shapes.append(("decoder.tail.\(index).0.weight", [width, inputSize]))
        shapes.append(("decoder.tail.\(index).1.weight", [end - begin, width]))
      }
      return shapes
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

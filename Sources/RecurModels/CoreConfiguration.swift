import RecurCore
import RecurTensors

/// What the configurations of all heads say of the embedding and the recurrent core.
struct CoreConfiguration {
  let cell: CellKind
  let vocabularySize: Int
  let embeddingSize: Int
  let hiddenSizes: [Int]
  let dropout: Double
  let forgetBias: Double?
  let locksDropout: Bool
  let inputDropout: Double
  let embeddingDropout: Double
  let weightDrop: Double

  /// What is dropped inside of the core.
  var coreDropout: CoreDropout {
    CoreDropout(
      between: Real(dropout), inputs: Real(inputDropout), embedding: Real(embeddingDropout),
      weights: Real(weightDrop), locked: locksDropout)
  }

  /// What is dropped in training, in a line.
  var dropoutDescription: String {
    var parts = ["\(dropout)\(locksDropout ? " (locked)" : "")"]
    let others = [
      ("inputs", inputDropout), ("embedding", embeddingDropout), ("weights", weightDrop),
    ]
    for (name, value) in others where value > 0 { parts.append("\(name) \(value)") }
    return parts.joined(separator: ", ")
  }

  /// The layers as specifications, from the inputs to the outputs.
  var cells: [CellSpecification] {
    hiddenSizes.map { CellSpecification(kind: cell, hiddenSize: $0, forgetBias: forgetBias) }
  }

  /// The name and shape of every parameter, in visiting order, with PyTorch's names.
  func parameterShapes(isBidirectional: Bool = false) -> [(name: String, shape: [Int])] {
    var shapes = [(name: "embedding.weight", shape: [vocabularySize, embeddingSize])]
    var inputSize = embeddingSize
    for (layer, size) in hiddenSizes.enumerated() {
      let rows = cell.gateCount * size
      for direction in isBidirectional ? ["", "_reverse"] : [""] {
        shapes.append(("rnn.weight_ih_l\(layer)\(direction)", [rows, inputSize]))
        shapes.append(("rnn.weight_hh_l\(layer)\(direction)", [rows, size]))
        shapes.append(("rnn.bias_ih_l\(layer)\(direction)", [rows]))
        shapes.append(("rnn.bias_hh_l\(layer)\(direction)", [rows]))
      }
      inputSize = isBidirectional ? 2 * size : size
    }
    return shapes
  }

  /// Everything that is wrong with the sizes and settings.
  var problems: [String] {
    typealias Limits = LanguageModelConfiguration
    var problems: [String] = []
    func check(_ name: String, _ value: Int, _ limit: Int) {
      if !(1...limit).contains(value) {
        problems.append("\(name) is \(value), possible are 1 to \(limit)")
      }
    }
    check("vocab_size", vocabularySize, Limits.maximumVocabularySize)
    check("embedding_size", embeddingSize, Limits.maximumSize)
    if hiddenSizes.isEmpty { problems.append("hidden_sizes is empty: there is no layer") }
    if hiddenSizes.count > Limits.maximumLayerCount {
      problems.append(
        "hidden_sizes has \(hiddenSizes.count) layers, possible are 1 to \(Limits.maximumLayerCount)"
      )
    }
    for (layer, size) in hiddenSizes.prefix(Limits.maximumLayerCount).enumerated() {
      check("hidden_sizes[\(layer)]", size, Limits.maximumSize)
    }
    let probabilities = [
      ("dropout", dropout), ("input_dropout", inputDropout),
      ("embedding_dropout", embeddingDropout), ("weight_drop", weightDrop),
    ]
    // A number that is below 1 may be 1 in the precision that is computed in.
    for (name, value) in probabilities where !(value >= 0 && Real(value) < 1) {
      problems.append("\(name) is \(value), possible are 0 up to, not including, 1")
    }
    if let forgetBias {
      if !(forgetBias.magnitude <= 1000) {
        problems.append("forget_bias is \(forgetBias), possible are -1000 to 1000")
      }
      if cell != .lstm {
        problems.append("forget_bias is for lstm, the cell is \(cell.rawValue)")
      }
    }
    return problems
  }

  // MARK: Counting parameters

  /// The number of scalars; nil where it does not fit an integer.
  static func checkedParameterCount(_ shapes: [(name: String, shape: [Int])]) -> Int? {
    var total = 0
    for (_, shape) in shapes {
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

  /// The number of scalars of a valid configuration.
  static func parameterCount(_ shapes: [(name: String, shape: [Int])]) -> Int {
    guard let count = checkedParameterCount(shapes) else {
      preconditionFailure("the parameters of \(shapes) cannot be counted")
    }
    return count
  }

  /// What is wrong with the number of parameters.
  static func countProblems(_ shapes: [(name: String, shape: [Int])]) -> [String] {
    let most = LanguageModelConfiguration.maximumParameterCount
    let count = checkedParameterCount(shapes)
    if let count, count <= most { return [] }
    return [
      "the model has \(count.map(String.init) ?? "more than 2^63") parameters, the most is \(most)"
    ]
  }
}

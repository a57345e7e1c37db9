import RecurLayers

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

  /// What is dropped in training, in a line.
  public var dropoutDescription: String { core.dropoutDescription }

  /// The layers as specifications, from the inputs to the outputs.
  public var cells: [CellSpecification] { core.cells }

  /// The name and shape of every parameter, in visiting order, with PyTorch's names.
  ///
  /// Known without building the model, so that a file can be held against it first.
  public var parameterShapes: [(name: String, shape: [Int])] {
    var shapes = core.parameterShapes()
    let inputSize = hiddenSizes.last ?? 0
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
  public var parameterCount: Int { CoreConfiguration.parameterCount(parameterShapes) }
}

import RecurLayers

extension SequenceClassifierConfiguration {
  /// The layers as specifications, from the inputs to the outputs.
  public var cells: [CellSpecification] { core.cells }

  /// W: the width of the outputs of the last layer, both directions together.
  public var outputSize: Int { (hiddenSizes.last ?? 0) * (isBidirectional ? 2 : 1) }

  /// P: the width of what the head reads.
  public var pooledSize: Int { pooling.width(ofOutputs: outputSize) }

  /// The name and shape of every parameter, in visiting order, with PyTorch's names.
  ///
  /// Known without building the model, so that a file can be held against it first.
  public var parameterShapes: [(name: String, shape: [Int])] {
    var shapes = core.parameterShapes(isBidirectional: isBidirectional)
    if pooling == .attention { shapes.append(("attention.weight", [outputSize])) }
    shapes.append(("classifier.weight", [classCount, pooledSize]))
    shapes.append(("classifier.bias", [classCount]))
    return shapes
  }

  /// The number of trainable scalars.
  ///
  /// - Precondition: the configuration is valid.
  public var parameterCount: Int { CoreConfiguration.parameterCount(parameterShapes) }
}

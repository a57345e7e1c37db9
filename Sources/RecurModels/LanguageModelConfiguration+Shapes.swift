extension LanguageModelConfiguration {
  /// The layers as specifications, from the inputs to the outputs.
  public var cells: [CellSpecification] { core.cells }

  /// The name and shape of every parameter, in visiting order, with PyTorch's names.
  ///
  /// Known without building the model, so that a file can be held against it first.
  public var parameterShapes: [(name: String, shape: [Int])] {
    var shapes = core.parameterShapes()
    if !tiesWeights { shapes.append(("decoder.weight", [vocabularySize, hiddenSizes.last ?? 0])) }
    shapes.append(("decoder.bias", [vocabularySize]))
    return shapes
  }

  /// The number of trainable scalars.
  ///
  /// - Precondition: the configuration is valid.
  public var parameterCount: Int { CoreConfiguration.parameterCount(parameterShapes) }
}

public import RecurCore
import RecurTensors

/// Which cell a layer consists of and how wide it is, before there are weights.
///
///     LanguageModel(vocabularySize: 96, embeddingSize: 64, cell: .lstm(hiddenSize: 256), …)
public struct CellSpecification: Sendable, Equatable {
  /// The cell.
  public var kind: CellKind
  /// H: the units of the layer.
  public var hiddenSize: Int
  /// What the biases of an LSTM's forget gate add up to at the start; nil where they are drawn, and
  /// for other cells.
  public var forgetBias: Double?

  /// Describes a layer.
  public init(kind: CellKind, hiddenSize: Int, forgetBias: Double? = nil) {
    self.kind = kind
    self.hiddenSize = hiddenSize
    self.forgetBias = forgetBias
  }

  /// A long short-term memory.
  ///
  /// - Parameters:
  ///   - hiddenSize: H.
  ///   - forgetBias: What the biases of the forget gate add up to at the start, often 1; drawn as all
  ///     others, as in PyTorch, unless told.
  public static func lstm(hiddenSize: Int, forgetBias: Double? = nil) -> CellSpecification {
    CellSpecification(kind: .lstm, hiddenSize: hiddenSize, forgetBias: forgetBias)
  }

  /// A gated recurrent unit.
  public static func gru(hiddenSize: Int) -> CellSpecification {
    CellSpecification(kind: .gru, hiddenSize: hiddenSize)
  }

  /// An Elman network.
  public static func rnn(
    hiddenSize: Int, activation: RNNCell.Activation = .tanh
  ) -> CellSpecification {
    CellSpecification(kind: activation == .relu ? .rnnReLU : .rnnTanh, hiddenSize: hiddenSize)
  }

  /// A cell with fresh weights for inputs of a width.
  func cell(inputSize: Int, using generator: inout SeededGenerator) -> any RecurrentCell {
    switch kind {
    case .rnnTanh:
      RNNCell(
        inputSize: inputSize, hiddenSize: hiddenSize, activation: .tanh, using: &generator)
    case .rnnReLU:
      RNNCell(
        inputSize: inputSize, hiddenSize: hiddenSize, activation: .relu, using: &generator)
    case .lstm:
      LSTMCell(
        inputSize: inputSize, hiddenSize: hiddenSize, forgetBias: forgetBias.map { Real($0) },
        using: &generator)
    case .gru:
      GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, using: &generator)
    }
  }
}

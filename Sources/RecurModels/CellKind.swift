/// The built-in cells, by the names that PyTorch gives their modes in small letters.
public enum CellKind: String, Codable, CaseIterable, Sendable {
  /// An Elman network with the hyperbolic tangent.
  case rnnTanh = "rnn_tanh"
  /// An Elman network with the rectified linear function.
  case rnnReLU = "rnn_relu"
  /// A long short-term memory.
  case lstm
  /// A gated recurrent unit, reset after the recurrent product.
  case gru

  /// The blocks of H rows in `weight_ih` and `weight_hh`.
  public var gateCount: Int {
    switch self {
    case .rnnTanh, .rnnReLU: 1
    case .lstm: 4
    case .gru: 3
    }
  }
}

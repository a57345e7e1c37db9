/// The built-in optimizers, by the names that the command knows them by.
public enum OptimizerKind: String, Codable, CaseIterable, Sendable {
  /// `Adam`.
  case adam
  /// `AdamW`.
  case adamw
  /// `SGD`.
  case sgd
  /// `RMSprop`.
  case rmsprop

  /// The learning rate of a run that names none.
  public var defaultLearningRate: Double {
    switch self {
    case .adam, .adamw: 4e-3
    case .rmsprop: 2e-3
    case .sgd: 0.5
    }
  }
}

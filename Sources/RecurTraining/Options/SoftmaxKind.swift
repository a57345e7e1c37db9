/// How a language model's head makes probabilities, by the names that the command knows them by.
public enum SoftmaxKind: String, Codable, CaseIterable, Sendable {
  /// Every token has a row as wide as the last layer.
  case full
  /// `AdaptiveSoftmax`, for large vocabularies.
  case adaptive
}

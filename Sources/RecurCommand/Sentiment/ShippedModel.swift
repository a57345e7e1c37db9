import Recur
import RecurPretrained

/// The model that is taken where none is named.
enum ShippedModel {
  /// Loads it.
  static func load() -> SentimentModel { .pretrained }
}

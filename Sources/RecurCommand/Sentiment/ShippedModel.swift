import Recur

/// The model that is taken where none is named.
enum ShippedModel {
  /// Loads it.
  ///
  /// - Throws: `.missingInput` as long as none ships.
  static func load() throws(RecurError) -> SentimentModel {
    throw RecurError(
      .missingInput, "no model ships with this version of Recur",
      hint: "name one with --model DIR; 'recur train sentiment' makes it")
  }
}

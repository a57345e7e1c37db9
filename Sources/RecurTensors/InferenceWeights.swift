/// How the weights of a model are held for inference.
public enum InferenceWeights: String, CaseIterable, Codable, Sendable {
  /// As they are; products have the `ProductPrecision` of the process.
  case unchanged
  /// As whole numbers of 8 bits, with a unit for each row of a weight: a quarter of the bytes. States
  /// are rounded to 8 bits for the products, with a unit for each text and step; sums are exact, and
  /// cell states, activations and the table of the first layer's inputs stay `Float`. The sums do not
  /// depend on the instruction set.
  case int8
}

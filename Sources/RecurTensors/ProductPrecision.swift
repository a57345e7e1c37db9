/// The precision of the factors of matrix products. Sums, states, weights and gradients are `Float` in
/// either.
public enum ProductPrecision: String, CaseIterable, Codable, Sendable {
  /// As they are.
  case float32
  /// Rounded to bfloat16 (8 bits of significand): about twice as fast where the processor has AVX-512
  /// with BF16, slower elsewhere.
  case bfloat16
}

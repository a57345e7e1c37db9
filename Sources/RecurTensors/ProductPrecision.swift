/// The precision of the factors of matrix products. Sums, states, weights and gradients are `Float` in
/// either.
public enum ProductPrecision: String, CaseIterable, Codable, Sendable {
  /// As they are.
  case float32
  /// Rounded to bfloat16 (8 bits of significand): faster where the processor has matrix tiles (AMX) or, as
  /// AMD's from Zen 4 on, fast dot products of bfloat16; elsewhere a training is slower, and what reads all
  /// weights for each step is faster.
  case bfloat16
}

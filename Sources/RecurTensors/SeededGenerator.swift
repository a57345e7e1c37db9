/// A random generator that is a value: the same seed gives the same numbers, and a stored state goes
/// on where it was. xoshiro256** (Blackman and Vigna, 2021), seeded by SplitMix64.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
  private var state: [UInt64]

  /// Starts a stream.
  public init(seed: UInt64) {
    var mixer = seed
    state = (0..<4).map { _ in
      mixer &+= 0x9e37_79b9_7f4a_7c15
      return Self.mixed(mixer)
    }
  }

  /// Restores a stream from four words that are not all zero; nil for anything else.
  public init?(state: [UInt64]) {
    guard state.count == 4, state.contains(where: { $0 != 0 }) else { return nil }
    self.state = state
  }

  /// Reads a stored state; fails unless it is four words that are not all zero.
  public init(from decoder: any Decoder) throws {
    let words = try decoder.singleValueContainer().decode([UInt64].self)
    guard let generator = SeededGenerator(state: words) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not the state of a generator"))
    }
    self = generator
  }

  /// Stores the state as four words.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(state)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotated(state[1] &* 5, by: 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = Self.rotated(state[3], by: 45)
    return result
  }

  /// A number from 0 up to, not including, 1, in steps of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A tensor of independent numbers from `range`, uniformly distributed.
  public mutating func uniform(in range: ClosedRange<Double>, shape: [Int]) -> Tensor {
    let width = range.upperBound - range.lowerBound
    return tensor(shape: shape) { Real(range.lowerBound + width * $0.uniform()) }
  }

  /// A tensor of independent standard normal numbers (Box and Muller, 1958).
  public mutating func normal(shape: [Int]) -> Tensor {
    tensor(shape: shape) { generator in
      let radius = (-2 * logarithm(1 - generator.uniform())).squareRoot()
      return Real(radius * cosine(2 * .pi * generator.uniform()))
    }
  }

  private mutating func tensor(shape: [Int], _ next: (inout SeededGenerator) -> Real) -> Tensor {
    var result = Tensor(unwritten: shape)
    result.withUnsafeMutableBuffer { buffer in
      for index in buffer.indices { buffer[index] = next(&self) }
    }
    return result
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection that spreads every bit.
  package static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private static func rotated(_ value: UInt64, by count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }
}

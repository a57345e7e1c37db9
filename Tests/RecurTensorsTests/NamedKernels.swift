import CKernels
import CWideKernels
import RecurTensors

/// A set of kernels that this processor can run; `wide` has the vectors of AVX-512 in the
/// instructions of AVX2.
struct NamedKernels: Sendable, CustomStringConvertible {
  let description: String

  static let all =
    (Kernels.availableNames(in: .float32) + (wide == nil ? [] : ["wide"]))
    .map { NamedKernels(description: $0) }
  static let portable = NamedKernels(description: "portable")
  /// Those that round the factors of products to bfloat16; none in double precision.
  static let rounding = Kernels.availableNames(in: .bfloat16)
    .map { NamedKernels(description: $0 + suffix) }
  private static let suffix = "-bfloat16"

  private static var wide: UnsafePointer<KernelTable>? {
    #if DoublePrecision
      nil
    #else
      recur_wide_kernels()
    #endif
  }

  var isRounding: Bool { description.hasSuffix(Self.suffix) }

  /// What a factor of a product becomes.
  func factor(_ x: Real) -> Real {
    guard isRounding else { return x }
    let bits = Float(x).bitPattern
    return Real(Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
  }

  /// Rows of factors as kernels that round them keep them: two in the place of one, the last filled up.
  func pairs(of rows: [Real], width: Int) -> [Real] {
    stride(from: 0, to: rows.count, by: width).flatMap { start in
      stride(from: start, to: start + width, by: 2).map { index in
        let second = index + 1 < start + width ? factor(rows[index + 1]) : 0
        let bits = Float(factor(rows[index])).bitPattern >> 16 | Float(second).bitPattern
        return Real(Float(bitPattern: bits))
      }
    }
  }
  /// The numbers that stand in pairs.
  static func numbers(in pairs: some Collection<Real>) -> [Real] {
    pairs.flatMap { pair in
      let bits = Float(pair).bitPattern
      return [Real(Float(bitPattern: bits << 16)), Real(Float(bitPattern: bits & 0xFFFF_0000))]
    }
  }

  var table: KernelTable {
    let found =
      isRounding
      ? Kernels.named(String(description.dropLast(Self.suffix.count)), .bfloat16)
      : description == "wide" ? Self.wide : Kernels.named(description)
    guard let kernels = found else {
      preconditionFailure("this processor cannot run \(description)")
    }
    return kernels.pointee
  }
}

/// Numbers for kernels, the same for the same seed.
func normal(_ count: Int, seed: UInt64) -> [Real] {
  var generator = SeededGenerator(seed: seed)
  return generator.normal(shape: [count]).scalars
}

/// The greatest difference, relative to the greatest of 1 and the expected numbers; infinite where
/// one is not a number.
func difference(_ found: [Real], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var most = 0.0
  var scale = 1.0
  for (a, b) in zip(found, expected) {
    guard a.isFinite, b.isFinite else { return .infinity }
    most = max(most, abs(Double(a) - b))
    scale = max(scale, abs(b))
  }
  return most / scale
}

/// Some roundings of a sum of numbers about 1.
let kernelTolerance = Real.self == Double.self ? 1e-13 : 4e-6

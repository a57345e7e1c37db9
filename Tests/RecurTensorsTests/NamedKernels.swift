import CKernels
import CWideKernels
import RecurTensors

/// A set of kernels that this processor can run; `wide` has the vectors of AVX-512 in the
/// instructions of AVX2.
struct NamedKernels: Sendable, CustomStringConvertible {
  let description: String

  static let all =
    (Kernels.availableNames + (wide == nil ? [] : ["wide"])).map { NamedKernels(description: $0) }
  static let portable = NamedKernels(description: "portable")

  private static var wide: UnsafePointer<KernelTable>? {
    #if DoublePrecision
      nil
    #else
      recur_wide_kernels()
    #endif
  }

  var table: KernelTable {
    guard let kernels = description == "wide" ? Self.wide : Kernels.named(description) else {
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

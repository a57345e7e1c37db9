import CKernels
import Glibc
import RecurTensors
import Testing

@Suite("Activations of every instruction set")
struct KernelActivationTests {
  enum Function: String, CaseIterable {
    case exp, tanh, sigmoid

    /// The documented bound of its error, in units of the last place.
    var bound: Double { self == .exp ? 1.1 : 2.5 }

    func expected(_ x: Double) -> Double {
      switch self {
      case .exp: Glibc.exp(x)
      case .tanh: Glibc.tanh(x)
      case .sigmoid: 1 / (1 + Glibc.exp(-x))
      }
    }

    func computed(_ x: [Real], by table: KernelTable) -> [Real] {
      var y = x
      switch self {
      case .exp: table.exp(&y, x, Int64(x.count))
      case .tanh: table.tanh(&y, x, Int64(x.count))
      case .sigmoid: table.sigmoid(&y, x, Int64(x.count))
      }
      return y
    }
  }

  /// The distance in units of the last place of the right result; results below the least normal
  /// number count in its units, and 0 may stand for them.
  private func distance(_ found: Real, _ expected: Double) -> Double {
    if expected.isNaN || found.isNaN { return expected.isNaN && found.isNaN ? 0 : .infinity }
    let limit = Double(Real.greatestFiniteMagnitude)
    if abs(expected) > limit { return found.isInfinite && (found > 0) == (expected > 0) ? 0 : 1e9 }
    if abs(expected) < Double(Real.leastNormalMagnitude) && found == 0 { return 0 }
    let unit = max(Real.leastNormalMagnitude, Real(abs(expected))).ulp
    return abs(Double(found) - expected) / Double(unit)
  }

  @Test(
    "Activations are within their bounds everywhere: e^x within 1.1 units of the last place, the others within 2.5",
    arguments: NamedKernels.all,
    Function.allCases)
  func activationsAreAccurate(_ kernels: NamedKernels, _ function: Function) {
    var inputs: [Real] = []
    // Every sign and exponent, down to the least numbers and up to infinity and NaN.
    for bits in stride(from: UInt32(0), through: UInt32.max - 40_009, by: 40_009) {
      inputs.append(Real(Float(bitPattern: bits)))
    }
    // Where networks live, densely.
    inputs += stride(from: Real(-20), through: 20, by: 0.000_977)
    inputs += stride(from: Real(-104), through: 90, by: 0.007_3)
    let found = function.computed(inputs, by: kernels.table)
    var worst = (distance: 0.0, x: Real(0), y: Real(0))
    for (x, y) in zip(inputs, found) {
      let error = distance(y, function.expected(Double(x)))
      if !(error <= worst.distance) { worst = (error, x, y) }
    }
    #expect(worst.distance <= function.bound, "\(worst)")
  }

  @Test(
    "Activations keep NaN and have the right limits", arguments: NamedKernels.all,
    Function.allCases)
  func limitsAreRight(_ kernels: NamedKernels, _ function: Function) {
    let inputs: [Real] = [.nan, -.nan, .infinity, -.infinity, 0, -0.0, 1e-30, -1e-30, 1e30, -1e30]
    let found = function.computed(inputs, by: kernels.table)
    #expect(found[0].isNaN && found[1].isNaN)
    for (x, y) in zip(inputs, found).dropFirst(2) {
      #expect(distance(y, function.expected(Double(x))) <= 2.5, "\(function.rawValue)(\(x)) = \(y)")
    }
  }

  @Test("Activations do not depend on where a vector ends", arguments: NamedKernels.all)
  func tailsAreComputedAlike(_ kernels: NamedKernels) {
    let x = normal(67, seed: 3)
    for function in Function.allCases {
      let whole = function.computed(x, by: kernels.table)
      for start in [0, 1, 5, 16, 50] {
        for count in [1, 2, 3, 7, 8, 9, 15, 16, 17] {
          let part = function.computed(Array(x[start..<start + count]), by: kernels.table)
          #expect(part == Array(whole[start..<start + count]))
        }
      }
    }
  }
}

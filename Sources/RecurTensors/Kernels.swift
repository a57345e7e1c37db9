package import CKernels

#if canImport(Glibc)
  import Glibc
#endif

#if DoublePrecision
  /// The table of kernels in the precision of `Real`.
  package typealias KernelTable = recur_kernels_f64
  /// One run of a recurrence in the precision of `Real`.
  package typealias RecurrenceRun = recur_recurrence_f64
  /// The settings of one optimizer update in the precision of `Real`.
  package typealias UpdateSettings = recur_update_f64
#else
  /// The table of kernels in the precision of `Real`.
  package typealias KernelTable = recur_kernels_f32
  /// One run of a recurrence in the precision of `Real`.
  package typealias RecurrenceRun = recur_recurrence_f32
  /// The settings of one optimizer update in the precision of `Real`.
  package typealias UpdateSettings = recur_update_f32
#endif

/// The kernels chosen for this processor, once, at the first use.
public enum Kernels {
  /// The environment variable that forces a set of kernels by name.
  public static let environmentVariable = "RECUR_KERNELS"

  /// The name of the chosen kernels: `portable`, `avx2`, `avx512` or `neon`.
  public static var name: String { String(cString: table.name) }

  /// The vector features of this processor that Recur knows of.
  public static var processorFeatures: [String] {
    String(cString: recur_cpu_features()).split(separator: ",").map(String.init)
  }

  /// What the environment asks for and this processor cannot run, if that is so; the best kernels
  /// are used instead.
  public static var refusedName: String? {
    guard let asked = asked, named(asked) == nil else { return nil }
    return asked
  }

  /// The name of every set of kernels that this processor can run, the best first.
  public static var availableNames: [String] {
    ["avx512", "avx2", "neon", "portable"].filter { named($0) != nil }
  }

  /// The chosen kernels: constant function pointers, hence safe to share.
  nonisolated(unsafe) package static let table: KernelTable = {
    if let asked, let kernels = named(asked) { return kernels.pointee }
    guard let best = named(nil) else { preconditionFailure("no portable kernels") }
    return best.pointee
  }()

  private static var asked: String? { getenv(environmentVariable).map { String(cString: $0) } }

  /// The kernels of a name; nil where this processor cannot run them.
  package static func named(_ name: String?) -> UnsafePointer<KernelTable>? {
    #if DoublePrecision
      recur_kernels_named_f64(name)
    #else
      recur_kernels_named_f32(name)
    #endif
  }
}

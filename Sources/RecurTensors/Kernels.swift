package import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

#if DoublePrecision
  /// The table of kernels in the precision of `Real`.
  package typealias KernelTable = recur_kernels_f64
  /// One run of a recurrence in the precision of `Real`.
  package typealias RecurrenceRun = recur_recurrence_f64
  /// Weights that are packed for inference, for kernels in the precision of `Real`.
  package typealias WeightPanels = recur_weights_f64
  /// The settings of one optimizer update in the precision of `Real`.
  package typealias UpdateSettings = recur_update_f64
#else
  /// The table of kernels in the precision of `Real`.
  package typealias KernelTable = recur_kernels_f32
  /// One run of a recurrence in the precision of `Real`.
  package typealias RecurrenceRun = recur_recurrence_f32
  /// Weights that are packed for inference, for kernels in the precision of `Real`.
  package typealias WeightPanels = recur_weights_f32
  /// The settings of one optimizer update in the precision of `Real`.
  package typealias UpdateSettings = recur_update_f32
#endif

/// The kernels chosen for this processor, once, at the first use.
public enum Kernels {
  /// The environment variable that forces a set of kernels by name.
  public static let environmentVariable = "RECUR_KERNELS"

  /// The name of the chosen kernels: `portable`, `avx2`, `avx512` or `neon`; with `-bfloat16` behind it, and then
  /// also `avx512-dot` or `amx`, where factors are rounded.
  public static var name: String { String(cString: table.name) }

  /// The vector features of this processor that Recur knows of.
  public static let processorFeatures: [String] =
    String(cString: recur_cpu_features()).split(separator: ",").map(String.init)

  /// What the environment asks for and this processor cannot run in the precision of this process, if that is so;
  /// the best kernels are used instead.
  public static var refusedName: String? {
    guard let asked, named(asked, precision) == nil else { return nil }
    return asked
  }

  /// The name of every set of kernels that this processor can run in the precision of this process, those for the
  /// fewest processors first.
  public static var availableNames: [String] { availableNames(in: precision) }
  package static func availableNames(in precision: ProductPrecision) -> [String] {
    ["amx", "avx512-dot", "avx512", "avx2", "neon", "portable"]
      .filter { named($0, precision) != nil }
  }

  /// Chooses the precision of products for this process, before anything is computed.
  ///
  /// - Returns: Whether products have this precision now: false where something was computed in
  ///   another before, and for `bfloat16` in a build in double precision.
  public static func choose(_ precision: ProductPrecision) -> Bool {
    #if DoublePrecision
      return precision == .float32
    #else
      return choice.withLock { choice in
        if choice == nil { choice = precision }
        return choice == precision
      }
    #endif
  }

  /// The precision of products in this process.
  public static var precision: ProductPrecision { choice.withLock { $0 } ?? .float32 }

  /// Nil until it is chosen or the first product needs one.
  private static let choice = Mutex<ProductPrecision?>(nil)

  /// The chosen kernels: constant function pointers, hence safe to share.
  nonisolated(unsafe) package static let table: KernelTable = {
    let precision = choice.withLock { choice in
      let precision = choice ?? .float32
      choice = precision
      return precision
    }
    if let asked, let kernels = named(asked, precision) { return kernels.pointee }
    guard let best = named(nil, precision) else { preconditionFailure("no portable kernels") }
    return best.pointee
  }()

  /// The products of whole numbers of 8 bits, in the instruction set of the chosen kernels or, where
  /// that has no instruction for them, the best below it.
  nonisolated(unsafe) package static let int8: UnsafePointer<recur_int8_kernels> = {
    let names = ["amx", "avx512", "avx2", "portable"]
    let first = names.firstIndex { table.name.map(String.init(cString:))?.hasPrefix($0) == true }
    for name in names[(first ?? names.count - 1)...] {
      if let kernels = recur_int8_kernels_named(name) { return kernels }
    }
    preconditionFailure("no portable kernels")
  }()

  /// What the rows of a product are best a multiple of.
  package static var rowsTogether: Int { Int(table.rows_together) }

  private static var asked: String? { getenv(environmentVariable).map { String(cString: $0) } }

  /// The kernels of a name and precision, the best where there is no name; nil where this processor
  /// cannot run them.
  package static func named(
    _ name: String?, _ precision: ProductPrecision = .float32
  ) -> UnsafePointer<KernelTable>? {
    #if DoublePrecision
      return precision == .float32 ? recur_kernels_named_f64(name) : nil
    #else
      switch precision {
      case .float32: return recur_kernels_named_f32(name)
      case .bfloat16: return recur_bfloat16_kernels_named_f32(name.map { $0 + "-bfloat16" })
      }
    #endif
  }
}

extension KernelTable {
  /// Scalars of a panel of weights over `width` inputs.
  package func panelSize(_ width: Int) -> Int {
    Int(recur_panel_size(rounds_factors, Int64(width)))
  }
}

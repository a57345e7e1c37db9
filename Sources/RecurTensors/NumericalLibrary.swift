import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// The library that multiplies large matrices.
public enum NumericalLibrary {
  /// The environment variable by which OpenBLAS can be told to use another processor's kernels.
  public static let coreTypeVariable = "OPENBLAS_CORETYPE"

  /// Its name, version and build options, for example `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  public static var configuration: String {
    openblas_get_config().map { String(cString: $0) } ?? ""
  }

  /// The processor that its kernels are for, for example `SkylakeX`.
  public static var coreType: String { openblas_get_corename().map { String(cString: $0) } ?? "" }

  /// What the environment sets the core type to, if it does: the detected kernels are then not used,
  /// and measurements are not comparable.
  public static var forcedCoreType: String? {
    getenv(coreTypeVariable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// The library that multiplies large matrices where the kernels have no vectors.
public enum NumericalLibrary {
  /// The environment variable by which OpenBLAS can be told to use another processor's kernels.
  public static let coreTypeVariable = "OPENBLAS_CORETYPE"

  /// Its name, version and build options, for example `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`; nil
  /// where it is not installed.
  public static var configuration: String? {
    recur_openblas().flatMap { $0.pointee.configuration() }.map { String(cString: $0) }
  }

  /// The processor that its kernels are for, for example `SkylakeX`; nil where it is not installed.
  public static var coreType: String? {
    recur_openblas().flatMap { $0.pointee.core_name() }.map { String(cString: $0) }
  }

  /// What the environment sets the core type to, if it does: the detected kernels are then not used,
  /// and measurements are not comparable.
  public static var forcedCoreType: String? {
    getenv(coreTypeVariable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

import Recur

/// What is under Recur on this machine: versions and the processor.
struct Machine {
  var swift: String
  var unicode: UnicodeVersion
  /// Of OpenBLAS; nil where it is not installed.
  var library: String?
  var coreType: String?
  var features: [String]
  var kernels: String
  var warnings: [String]

  /// The machine that we run on.
  static var current: Machine {
    var warnings: [String] = []
    if let forced = NumericalLibrary.forcedCoreType {
      warnings.append(
        "\(NumericalLibrary.coreTypeVariable) is set to \(DisplayText.escaped(forced)): OpenBLAS "
          + "does not choose its kernels itself, and speeds cannot be compared; unset it")
    }
    if let refused = Kernels.refusedName {
      warnings.append(
        "\(Kernels.environmentVariable) is \(DisplayText.escaped(refused)), which this processor "
          + "cannot run in \(Kernels.precision.rawValue); possible are "
          + Kernels.availableNames.joined(separator: ", "))
    }
    if isDebugBuild {
      warnings.append("this is a debug build, many times slower than a release build")
    }
    return Machine(
      swift: swiftVersion, unicode: .current, library: NumericalLibrary.configuration,
      coreType: NumericalLibrary.coreType, features: Kernels.processorFeatures,
      kernels: Kernels.name, warnings: warnings)
  }

  /// The rows of a table.
  var rows: [(String, String)] {
    [
      ("Recur", RecurVersion.current),
      ("Swift", swift),
      ("ICU", "\(unicode.icu), Unicode \(unicode.unicode)"),
      ("OpenBLAS", library ?? "not installed"),
      ("Core type", coreType ?? "-"),
      ("Processor", features.joined(separator: " ")),
      ("Kernels", "\(kernels) (of \(Kernels.availableNames.joined(separator: ", ")))"),
    ]
  }

  /// The members of a JSON document.
  var members: [JSONValue.Member] {
    [
      .init(
        "versions",
        .object([
          .init("recur", .string(RecurVersion.current)),
          .init("swift", .string(swift)),
          .init("icu", .string(unicode.icu)),
          .init("unicode", .string(unicode.unicode)),
          .init("openblas", library.map(JSONValue.string) ?? .null),
        ])),
      .init("openblas_core_type", coreType.map(JSONValue.string) ?? .null),
      .init("cpu_features", .strings(features)),
      .init("kernels", .string(kernels)),
      .init("available_kernels", .strings(Kernels.availableNames)),
      .init("debug_build", .bool(Self.isDebugBuild)),
    ]
  }

  private static var isDebugBuild: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The version of the compiler, as far as a program can know it.
  private static var swiftVersion: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3.1)
      "6.3.1 or a later 6.3"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      "6.1"
    #endif
  }
}

// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A room of the house: one Swift target, named as its folder.
func room(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: swiftSettings)
}

/// The tests of a room, in the folder that mirrors it.
func tests(
  of name: String, _ dependencies: [Target.Dependency], path: String? = nil
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: path,
    swiftSettings: swiftSettings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
  name: "Recur",
  products: [
    .library(name: "Recur", targets: ["Recur"]),
    .library(name: "RecurPretrained", targets: ["RecurPretrained"]),
    .executable(name: "recur", targets: ["RecurCommand"]),
  ],
  traits: [
    .trait(
      name: "DoublePrecision",
      description: "Compute in Double instead of Float: for checking gradients, not for use.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CICU", pkgConfig: "icu-i18n", providers: [.apt(["libicu-dev", "pkg-config"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev", "pkg-config"])]),
    .target(name: "CText", dependencies: ["CICU"]),
    .target(name: "CKernels"),
    .target(name: "COpenBLAS"),
    room("RecurFiles", [crypto]),
    room("RecurText", ["CText", "RecurFiles", heap]),
    // `Corpora` is a link to the folder at the top; its files become part of the program.
    room(
      "RecurData", ["RecurText", "RecurFiles", "CZlib"], exclude: ["Corpora/README.md"],
      resources: ["manifest.json", "harbour.txt", "voices.txt"].map {
        .embedInCode("Corpora/\($0)")
      }
    ),
    room("RecurTensors", ["CKernels", "COpenBLAS"]),
    room("RecurGradients", ["RecurTensors", "CKernels"]),
    room("RecurLayers", ["RecurGradients", "RecurTensors", "CKernels"]),
    room("RecurCore", ["RecurLayers", "RecurGradients", "RecurTensors", "CKernels"]),
    room(
      "RecurModels",
      [
        "RecurCore", "RecurLayers", "RecurGradients", "RecurTensors", "RecurData", "RecurText",
        "RecurFiles", "CKernels",
      ]),
    room(
      "RecurTraining",
      [
        "RecurModels", "RecurCore", "RecurLayers", "RecurGradients", "RecurTensors", "RecurData",
        "RecurText", "RecurFiles", "CKernels",
      ]),
    room(
      "Recur",
      [
        "RecurTraining", "RecurModels", "RecurCore", "RecurLayers", "RecurGradients",
        "RecurTensors", "RecurData", "RecurText", "RecurFiles",
      ]),
    // The model's files become part of the program, where its assembler finds them.
    .target(
      name: "CPretrained", exclude: ["Model"], cSettings: [.headerSearchPath("Model")]),
    room("RecurPretrained", ["RecurModels", "RecurFiles", "CPretrained"]),
    .executableTarget(
      name: "RecurCommand", dependencies: ["Recur", "RecurPretrained", argumentParser, toml],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "first-language-model", dependencies: ["Recur"],
      path: "notebooks-as-scripts/first-language-model", exclude: ["output.txt"],
      swiftSettings: swiftSettings),
    .target(
      name: "TestSupport",
      dependencies: ["RecurCore", "RecurLayers", "RecurGradients", "RecurTensors", "RecurFiles"],
      path: "Tests/TestSupport", swiftSettings: swiftSettings),
    .target(
      name: "CWideKernels", dependencies: ["CKernels"], path: "Tests/CWideKernels",
      cSettings: [.headerSearchPath("../../Sources/CKernels")]),
    .target(name: "CTerminal", path: "Tests/CTerminal"),
    tests(of: "RecurFiles", ["RecurFiles"]),
    tests(of: "RecurText", ["RecurText", "RecurFiles"]),
    tests(of: "RecurData", ["RecurData", "RecurText", "RecurFiles", "CZlib"]),
    tests(of: "RecurTensors", ["RecurTensors", "CKernels", "CWideKernels"]),
    tests(of: "RecurGradients", ["RecurGradients", "RecurTensors"]),
    tests(of: "RecurLayers", ["RecurLayers", "RecurGradients", "RecurTensors"]),
    tests(
      of: "RecurCore", ["RecurCore", "RecurLayers", "RecurGradients", "RecurTensors", "RecurFiles"]),
    tests(of: "RecurModels", ["Recur"]),
    tests(of: "RecurTraining", ["Recur"]),
    tests(of: "RecurPretrained", ["RecurPretrained", "Recur"]),
    tests(of: "RecurCommand", ["CTerminal", "RecurCommand", "Recur"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

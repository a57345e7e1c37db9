import FoundationEssentials
import TestSupport

extension TemporaryFolder {
  /// Creates an empty folder inside and gives its path.
  func subfolder(_ name: String) -> String {
    try? FileManager.default.createDirectory(
      atPath: self(name), withIntermediateDirectories: false)
    return self(name)
  }
}

import FoundationEssentials
import Glibc

/// A folder of one test, removed with its last owner.
public final class TemporaryFolder: Sendable {
  /// The path of the folder.
  public let path: String

  /// Creates an empty folder where the system keeps temporary things.
  public init() {
    let base = FileManager.default.temporaryDirectory.path
    path = "\(base)/recur-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    precondition(mkdir(path, 0o700) == 0, "cannot create \(path)")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of something inside.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// The names of what is inside, sorted, hidden ones too.
  public var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Writes a file the simplest way and gives its path.
  @discardableResult
  public func file(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
    // A new file each time: cutting one short and writing it again makes some file systems wait
    // for the disk. No process that is started meanwhile inherits it (e): a program that is open for
    // writing cannot be run.
    unlink(self(name))
    let file = fopen(self(name), "we")
    let content = Array(bytes)
    let count = fwrite(content, 1, content.count, file)
    precondition(count == content.count && fclose(file) == 0, "cannot write \(self(name))")
    return self(name)
  }

  /// The bytes of a file inside, nil where there is none.
  public func bytes(of name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: self(name)).map { Array($0) }
  }
}

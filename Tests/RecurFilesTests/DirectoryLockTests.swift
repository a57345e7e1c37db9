import Glibc
import RecurFiles
import TestSupport
import Testing

struct DirectoryLockTests {
  private let folder = TemporaryFolder()

  private func refusal() -> RecurError? {
    do throws(RecurError) {
      _ = try DirectoryLock(folder.path)
      return nil
    } catch {
      return error
    }
  }

  @Test("A second holder is refused with the first one's process, until it lets go")
  func secondHolderIsRefused() throws {
    var lock: DirectoryLock? = try DirectoryLock(folder.path)
    let error = refusal()
    #expect(error?.kind == .busy)
    #expect(error?.what.contains("pid \(getpid()) on ") == true)
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(refusal() == nil)
  }

  @Test("What a killed process left behind does not hold")
  func leftoverDoesNotHold() {
    folder.file(".lock", "pid 1 on elsewhere\n".utf8)
    #expect(refusal() == nil)
  }

  @Test("A directory that does not exist cannot be locked, a link is not followed")
  func badDirectories() throws {
    let missing = #expect(throws: RecurError.self) { try DirectoryLock(folder("none")) }
    #expect(missing?.kind == .cannotCreate)
    folder.file("precious", [1, 2, 3])
    #expect(symlink("precious", folder(".lock")) == 0)
    #expect(refusal() != nil)
    #expect(folder.bytes(of: "precious") == [1, 2, 3])
  }
}

import Glibc
import RecurFiles
import Synchronization
import TestSupport
import Testing

struct AtomicFileTests {
  private let folder = TemporaryFolder()

  private func mode(_ name: String) -> UInt32 {
    var status = stat()
    return stat(folder(name), &status) == 0 ? status.st_mode & 0o777 : 0
  }

  private func refusal(_ bytes: [UInt8], _ path: String) -> RecurError? {
    do throws(RecurError) {
      try AtomicFile.write(bytes, to: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("A new file appears and an old one is replaced, with nothing left beside it")
  func writesAndReplaces() throws {
    try AtomicFile.write([1, 2, 3], to: folder("a"))
    #expect(folder.bytes(of: "a") == [1, 2, 3])
    try AtomicFile.write("longer than before", to: folder("a"))
    #expect(folder.bytes(of: "a") == Array("longer than before".utf8))
    try AtomicFile.write([], to: folder("empty"))
    #expect(folder.contents == ["a", "empty"])
  }

  @Test("A replaced file keeps its permission bits, a new one follows the mask")
  func keepsMode() throws {
    folder.file("a", [1])
    chmod(folder("a"), 0o640)
    try AtomicFile.write([2], to: folder("a"))
    #expect(mode("a") == 0o640)
    let mask = umask(0)
    umask(mask)
    try AtomicFile.write([2], to: folder("b"))
    #expect(mode("b") == 0o666 & ~mask)
  }

  @Test("A link stays and the file behind it is replaced")
  func followsLink() throws {
    folder.file("real", [1])
    #expect(symlink("real", folder("link")) == 0)
    try AtomicFile.write([2], to: folder("link"))
    #expect(folder.bytes(of: "real") == [2])
    var status = stat()
    #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("A device, a pipe and a folder are never replaced")
  func refusesOtherThings() {
    #expect(refusal([1], "/dev/null")?.kind == .cannotCreate)
    #expect(refusal([1], "/dev/full")?.kind == .cannotCreate)
    #expect(refusal([1], folder.path)?.kind == .cannotCreate)
    #expect(refusal([1], folder("none/a"))?.kind == .cannotCreate)
    folder.file("file", [1])
    #expect(refusal([1], folder("file/a"))?.kind == .cannotCreate)
    #expect(refusal([1], "/proc/recur") != nil)
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test("Whichever system call fails, the old file survives and no temporary stays")
  func everyCallFailing() throws {
    folder.file("a", [9])
    var failures = 0
    for failing in 0..<20 {
      let count = Mutex(0)
      let error = SystemFault.$decide.withValue({ call in
        count.withLock { count in
          defer { count += 1 }
          return count == failing ? .error(call == .write ? ENOSPC : EIO) : nil
        }
      }) {
        do throws(RecurError) {
          try AtomicFile.write(to: folder("a")) { (file: OutputFile) throws(RecurError) in
            for byte in 0..<4 as Range<UInt8> { try file.append([byte]) }
          }
          return nil as RecurError?
        } catch {
          return error
        }
      }
      #expect(folder.contents == ["a"])
      guard let error else {
        #expect(folder.bytes(of: "a") == [0, 1, 2, 3])
        break
      }
      failures += 1
      #expect(error.kind == .inputOutput)
      #expect(error.place?.path.contains(".recur-") == false)
      // The last call makes the folder durable: by then the new file is in its place.
      #expect(folder.bytes(of: "a") == (failing < 7 ? [9] : [0, 1, 2, 3]))
    }
    #expect(failures == 8)
  }

  @Test("Of files that belong together none is replaced before all are complete")
  func together() throws {
    for failing in 0..<7 {
      folder.file("a", [1])
      folder.file("b", [2])
      let count = Mutex(0)
      SystemFault.$decide.withValue({ _ in
        count.withLock { count in
          defer { count += 1 }
          return count == failing ? .error(ENOSPC) : nil
        }
      }) {
        #expect(throws: RecurError.self) { try write([3], [4]) }
      }
      // Creating, writing and synchronising each, then the first rename.
      #expect(folder.bytes(of: "a") == [1] && folder.bytes(of: "b") == [2], "\(failing)")
      #expect(folder.contents == ["a", "b"])
    }
    try write([3], [4])
    #expect(folder.bytes(of: "a") == [3] && folder.bytes(of: "b") == [4])
    #expect(folder.contents == ["a", "b"])
  }

  private func write(_ first: [UInt8], _ second: [UInt8]) throws(RecurError) {
    try AtomicFile.write([
      (folder("a"), { (file: OutputFile) throws(RecurError) in try file.append(first) }),
      (folder("b"), { (file: OutputFile) throws(RecurError) in try file.append(second) }),
    ])
  }

  @Test("What a killed process left half written is removed, what a living one writes is not")
  func recovery() throws {
    let (gone, own) = (".recur-4194305-7.tmp", ".recur-\(getpid())-7.tmp")
    for name in [gone, own, "recur-4194305-7.tmp"] { folder.file(name, [1]) }
    AtomicFile.recover(in: folder.path)
    #expect(folder.bytes(of: gone) == nil)
    #expect(folder.bytes(of: own) != nil && folder.bytes(of: "recur-4194305-7.tmp") != nil)
  }

  @Test("Short and interrupted writes are continued")
  func shortWrites() throws {
    let count = Mutex(0)
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    try SystemFault.$decide.withValue({ call in
      guard call == .write else { return nil }
      return count.withLock { count in
        count += 1
        return count % 2 == 0 ? .error(EINTR) : .short(7)
      }
    }) {
      try AtomicFile.write(bytes, to: folder("a"))
    }
    #expect(folder.bytes(of: "a") == bytes)
  }

  @Test("What the body throws comes through, and nothing is created")
  func bodyThrows() {
    let mine = RecurError(.diverged, "mine", hint: "")
    #expect(throws: mine) {
      try AtomicFile.write(to: folder("a")) { (_: OutputFile) throws(RecurError) in throw mine }
    }
    #expect(folder.contents.isEmpty)
  }
}

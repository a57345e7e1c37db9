import FoundationEssentials
import Glibc
import RecurFiles
import Synchronization
import TestSupport
import Testing

struct DurableDirectoryTests {
  private let folder = TemporaryFolder()

  @discardableResult
  private func save(_ name: String, _ value: UInt8) throws(RecurError) -> DirectoryManifest {
    let directory = try DurableDirectory(at: folder(name))
    try directory.write("a.bin", [value, value])
    try directory.write("b.bin") { (file: OutputFile) throws(RecurError) in
      for _ in 0..<3 { try file.append([value]) }
    }
    return try directory.commit()
  }

  private func refusal(_ path: String) -> RecurError? {
    do throws(RecurError) {
      try DurableDirectory.verify(path)
      return nil
    } catch {
      return error
    }
  }

  @Test("A directory appears with its manifest, and verifies")
  func commits() throws {
    let manifest = try save("c-1", 7)
    #expect(folder.contents == ["c-1"])
    #expect(try DurableDirectory.verify(folder("c-1")) == manifest)
    #expect(manifest.files.map(\.name) == ["a.bin", "b.bin"])
    #expect(manifest.files.map(\.bytes) == [2, 3])
    #expect(manifest.files[1].sha256 == SHA256Digest.hexadecimal(of: [7, 7, 7]))
    #expect(folder.bytes(of: "c-1/b.bin") == [7, 7, 7])
  }

  @Test("A directory of the same name is replaced")
  func replaces() throws {
    try save("c-1", 7)
    try save("c-1", 8)
    #expect(folder.contents == ["c-1"])
    #expect(folder.bytes(of: "c-1/a.bin") == [8, 8])
    #expect(refusal(folder("c-1")) == nil)
  }

  @Test("Without a commit nothing stays")
  func discards() throws {
    do {
      let directory = try DurableDirectory(at: folder("deep/er/c-1"))
      try directory.write("a", [1])
      #expect(FileManager.default.fileExists(atPath: folder("deep/er/c-1.tmp-\(getpid())")))
    }
    #expect(folder.contents == ["deep"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder("deep/er")).isEmpty)
  }

  @Test("Whichever system call fails, the older directories verify and no temporary stays")
  func everyCallFailing() throws {
    try save("c-1", 1)
    try save("c-2", 2)
    var failures = 0
    for failing in 0..<60 {
      let count = Mutex(0)
      let error = SystemFault.$decide.withValue({ _ in
        count.withLock { count in
          defer { count += 1 }
          return count == failing ? .error(ENOSPC) : nil
        }
      }) {
        do throws(RecurError) {
          try save("c-2", 9)
          return nil as RecurError?
        } catch {
          return error
        }
      }
      #expect(folder.contents == ["c-1", "c-2"], "call \(failing)")
      #expect(refusal(folder("c-1")) == nil)
      #expect(refusal(folder("c-2")) == nil)
      guard let error else { break }
      failures += 1
      #expect(error.kind == .inputOutput)
      #expect(error.place?.path.contains(".tmp-") == false)
    }
    // Create: parent, directory, three files; write: 1 + 3 + manifest; synchronise: three files,
    // directory, parent; rename: aside, into place.
    #expect(failures == 5 + 5 + 5 + 2)
    #expect(folder.bytes(of: "c-2/a.bin") == [9, 9])
  }

  @Test("A disk that stays full from any write on loses nothing that was there")
  func diskStaysFull() throws {
    try save("c-1", 1)
    for failing in 0..<5 {
      let writes = Mutex(0)
      #expect(throws: RecurError.self) {
        try SystemFault.$decide.withValue({ call in
          guard call == .write else { return nil }
          return writes.withLock { count in
            defer { count += 1 }
            return count >= failing ? .error(ENOSPC) : nil
          }
        }) { try save("c-2", 9) }
      }
      #expect(folder.contents == ["c-1"])
    }
    #expect(refusal(folder("c-1")) == nil)
  }

  @Test("Every changed, cut or missing file is found, all in one message")
  func findsDamage() throws {
    for name in ["a.bin", "b.bin"] {
      try save("c-1", 5)
      let count = try #require(folder.bytes(of: "c-1/\(name)")?.count)
      for bit in 0..<(8 * count) {
        var bytes = try #require(folder.bytes(of: "c-1/\(name)"))
        bytes[bit / 8] ^= 1 << (bit % 8)
        folder.file("c-1/\(name)", bytes)
        #expect(refusal(folder("c-1"))?.what.contains("\(name) has been changed") == true)
        bytes[bit / 8] ^= 1 << (bit % 8)
        folder.file("c-1/\(name)", bytes)
      }
      for length in 0..<count {
        folder.file("c-1/\(name)", [UInt8](repeating: 5, count: length))
        #expect(refusal(folder("c-1"))?.what.contains("instead of \(count)") == true)
      }
    }
    try save("c-1", 5)
    folder.file("c-1/a.bin", [5])
    unlink(folder("c-1/b.bin"))
    let what = refusal(folder("c-1"))?.what
    #expect(what?.contains("a.bin") == true && what?.contains("b.bin") == true)
  }

  @Test("Every cut and every flipped bit of the manifest is refused or changes nothing")
  func manifestDamage() throws {
    let manifest = try save("c-1", 5)
    let bytes = try #require(folder.bytes(of: "c-1/manifest.json"))
    // The last byte is a line feed.
    for length in 0..<(bytes.count - 1) {
      folder.file("c-1/manifest.json", bytes[..<length])
      #expect(refusal(folder("c-1"))?.kind == .badData, "cut at \(length)")
    }
    for bit in 0..<(8 * bytes.count) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      folder.file("c-1/manifest.json", flipped)
      if refusal(folder("c-1")) == nil {
        #expect(try DirectoryManifest(ofDirectory: folder("c-1")) == manifest, "bit \(bit)")
      }
    }
    unlink(folder("c-1/manifest.json"))
    #expect(refusal(folder("c-1"))?.kind == .missingInput)
  }

  @Test(
    "A manifest cannot reach outside its directory",
    arguments: ["../c-2/a.bin", "/etc/passwd", "..", ".", "", "x/y", "a\\u0000b"])
  func staysInside(name: String) throws {
    try save("c-1", 5)
    folder.file(
      "c-1/manifest.json",
      """
      {"format":"recur-manifest","version":1,"files":[{"name":"\(name)","bytes":0,"sha256":""}]}
      """.utf8)
    #expect(refusal(folder("c-1"))?.what.contains("not a plain file name") == true)
  }

  @Test("What killed processes left is cleared, and what they moved aside comes back")
  func recovers() throws {
    try save("c-1", 1)
    try save("c-2", 2)
    try save("c-3", 3)
    let files = FileManager.default
    for name in ["c-4.tmp-123", "other.tmp-9", "c-5.tmp-x", "c-.tmp-"] {
      try files.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
    }
    try files.moveItem(atPath: folder("c-2"), toPath: folder("c-2.old-77"))
    try files.copyItem(atPath: folder("c-3"), toPath: folder("c-3.old-78"))
    DurableDirectory.recover(in: folder.path, prefix: "c-")
    #expect(folder.contents == ["c-.tmp-", "c-1", "c-2", "c-3", "c-5.tmp-x", "other.tmp-9"])
    #expect(refusal(folder("c-2")) == nil)
  }

  @Test("Numbered directories come in the order of their numbers")
  func numbered() throws {
    for name in ["c-10", "c-9", "c-100", "c-07", "c-x", "d-1", "c--1"] { try save(name, 1) }
    let found = DurableDirectory.numbered(in: folder.path, prefix: "c-")
    #expect(found.map(\.number) == [9, 10, 100])
    #expect(found[0].path == folder("c-9"))
    #expect(DurableDirectory.numbered(in: folder("none"), prefix: "c-").isEmpty)
  }

  @Test("The link to the latest is replaced in one step, and a directory removed in one")
  func latest() throws {
    try save("c-1", 1)
    try save("c-2", 2)
    try DurableDirectory.setLatest("c-1", in: folder.path)
    try DurableDirectory.setLatest("c-2", in: folder.path)
    #expect(folder.bytes(of: "latest/a.bin") == [2, 2])
    DurableDirectory.remove(folder("c-1"))
    #expect(folder.contents == ["c-2", "latest"])
  }

  @Test("A file in the way and a folder that cannot be made are found at once")
  func inTheWay() throws {
    folder.file("file", [1])
    for path in [folder("file/c-1"), "/proc/recur/c-1"] {
      let error = #expect(throws: RecurError.self) { try DurableDirectory(at: path) }
      #expect(error?.kind == .cannotCreate || error?.kind == .noPermission)
    }
    let error = #expect(throws: RecurError.self) { try save("file", 1) }
    #expect(error?.kind == .cannotCreate)
    #expect(folder.contents == ["file"])
  }

  /// Whether this process may mount a file system to fill.
  private static let canMount: Bool = {
    let folder = TemporaryFolder()
    let mount = "mount -t tmpfs -o size=64k none '\(folder.path)' 2>/dev/null"
    return system("\(mount) && umount '\(folder.path)'") == 0
  }()

  @Test(
    "A disk that is really full loses nothing that was there",
    .enabled(if: canMount, "mounting a small file system needs rights that are not there"))
  func reallyFullDisk() throws {
    mkdir(folder("disk"), 0o700)
    #expect(system("mount -t tmpfs -o size=64k none '\(folder("disk"))'") == 0)
    defer { system("umount '\(folder("disk"))'") }
    try save("disk/c-1", 1)
    try AtomicFile.write("old", to: folder("disk/file"))
    let large = [UInt8](repeating: 7, count: 100_000)
    let file = #expect(throws: RecurError.self) {
      try AtomicFile.write(large, to: folder("disk/file"))
    }
    #expect(file?.kind == .inputOutput)
    let directory = #expect(throws: RecurError.self) {
      let directory = try DurableDirectory(at: folder("disk/c-2"))
      try directory.write("large", large)
    }
    #expect(directory?.what == "cannot write: No space left on device")
    #expect(refusal(folder("disk/c-1")) == nil)
    #expect(folder.bytes(of: "disk/file") == Array("old".utf8))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder("disk"))
    #expect(names.sorted() == ["c-1", "file"])
  }
}

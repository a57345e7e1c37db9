import FoundationEssentials
import Glibc
import RecurFiles
import TestSupport
import Testing

struct InputFileTests {
  private func refusal(_ path: String, limit: Int = .max) -> RecurError? {
    do throws(RecurError) {
      _ = try InputFile.read(path, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test("A file is read completely, in one piece and in many")
  func readsCompletely() throws {
    let folder = TemporaryFolder()
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let path = folder.file("a", bytes)
    #expect(try InputFile.read(path) == bytes)
    for size in [1, 999, 5000, 10_000, 20_000] {
      var pieces: [[UInt8]] = []
      try InputFile.forEachChunk(path, size: size) { pieces.append(Array($0)) }
      #expect(pieces.flatMap { $0 } == bytes)
      #expect(pieces.dropLast().allSatisfy { $0.count == size })
    }
  }

  @Test("The limit decides by size")
  func limitHolds() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a", [1, 2, 3])
    #expect(try InputFile.read(path, limit: 3) == [1, 2, 3])
    #expect(refusal(path, limit: 2)?.kind == .badData)
    // A sparse file of 1 TiB is refused without reading or reserving it.
    let huge = folder.file("huge", [])
    #expect(truncate(huge, 1 << 40) == 0)
    #expect(refusal(huge, limit: 1 << 20)?.kind == .badData)
  }

  @Test("What is no regular file is named")
  func notRegular() throws {
    let folder = TemporaryFolder()
    #expect(refusal(folder.path)?.what == "this is a directory, a file is needed")
    #expect(refusal(folder("none"))?.kind == .missingInput)
    #expect(refusal(folder.file("f", [1]) + "/x")?.kind == .missingInput)
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    #expect(refusal(folder("pipe"))?.what.contains("a pipe") == true)
    #expect(refusal("/dev/zero")?.what.contains("a device") == true)
    #expect(symlink("loop", folder("loop")) == 0)
    #expect(refusal(folder("loop"))?.what.contains("loop") == true)
    #expect(refusal("")?.kind == .missingInput)
    #expect(refusal("a\0b")?.kind == .missingInput)
    #expect(refusal(folder(String(repeating: "n", count: 300))) != nil)
  }

  @Test("A hyphen is standard input, held to the same limit")
  func standardInput() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a", (0..<5000).map { UInt8(truncatingIfNeeded: $0) })
    let kept = dup(STDIN_FILENO)
    defer {
      dup2(kept, STDIN_FILENO)
      close(kept)
    }
    for limit in [5000, 4999] {
      let descriptor = open(path, O_RDONLY)
      dup2(descriptor, STDIN_FILENO)
      close(descriptor)
      let error = refusal("-", limit: limit)
      #expect(limit == 5000 ? error == nil : error?.kind == .badData)
    }
  }

  @Test("An empty file is an error unless it is allowed")
  func emptyFile() throws {
    let folder = TemporaryFolder()
    let path = folder.file("empty", [])
    #expect(refusal(path)?.what == "the file is empty")
    #expect(try InputFile.read(path, allowingEmpty: true) == [])
  }

  @Test("An unreadable file says so", .disabled(if: getuid() == 0, "root may read everything"))
  func unreadable() {
    let folder = TemporaryFolder()
    let path = folder.file("secret", [1])
    chmod(path, 0)
    #expect(refusal(path)?.kind == .noPermission)
  }

  @Test(
    "Other formats are told by their first bytes and refused with what to do",
    arguments: [
      (Array("PK\u{3}\u{4}data.pkl".utf8), ForeignFormat.zip, "safetensors"),
      ([0x80, 0x02, 0x7D, 0x71, 0x00, 0x2E], .pickle, "safetensors"),
      ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9], .pickle, "safetensors"),
      ([0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x7D], .pickle, "safetensors"),
      ([0x80, 0x03, 0x7D], .pickle, "safetensors"),
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0], .hdf5, "safetensors"),
      (Array("GGUF\u{3}".utf8), .gguf, "safetensors"),
      (Array("version https://git-lfs.github.com/spec/v1\noid".utf8), .gitLFSPointer, "lfs pull"),
      ([0x1F, 0x8B, 0x08, 0], .gzip, "gzip -d"),
      ([0x28, 0xB5, 0x2F, 0xFD], .zstandard, "zstd -d"),
    ] as [([UInt8], ForeignFormat, String)])
  func foreignFormats(bytes: [UInt8], format: ForeignFormat, hint: String) throws {
    let folder = TemporaryFolder()
    let path = folder.file("model", bytes)
    let error = refusal(path)
    #expect(error == format.error(path: path))
    #expect(error?.hint.contains(hint) == true)
    #expect(try InputFile.read(path, refusingForeignFormats: false) == bytes)
  }

  @Test("The length of a safetensors header is not taken for a pickle")
  func safetensorsLengthIsNoPickle() {
    for bytes in [[0x80, 2, 0, 0, 0, 0, 0, 0, 0x7B], [0x80, 4, 1, 0, 0, 0, 0, 0, 0x7B]] as [[UInt8]]
    {
      #expect(bytes.withUnsafeBytes { ForeignFormat.recognize($0) } == nil)
    }
  }

  @Test("Controls in a path reach no terminal")
  func controlsAreEscaped() {
    #expect(refusal("no\u{1B}[31m\n")?.description.contains("\u{1B}") == false)
  }

  @Test("A digest of a file equals the digest of its bytes, and the known answer")
  func digests() throws {
    let folder = TemporaryFolder()
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(SHA256Digest.hexadecimal(of: Array("abc".utf8)) == abc)
    #expect(try SHA256Digest.hexadecimal(ofFile: folder.file("a", "abc".utf8)) == abc)
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(try SHA256Digest.hexadecimal(ofFile: folder.file("e", [])) == empty)
  }
}

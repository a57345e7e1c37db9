import FoundationEssentials
import Glibc
import RecurFiles
import RecurText

/// The documents of a folder that has a folder of `.txt` (or `.txt.gz`) files for each class, class by
/// class and file by file in the order of their names' bytes.
struct ClassFolder {
  let path: String
  private(set) var invalidSequenceCount = 0
  private(set) var byteCount = 0
  private let classes: [(name: String, files: [String])]
  private var next = (classIndex: 0, fileIndex: 0)
  private var digest: SHA256Digest?

  /// Lists the folder.
  ///
  /// - Throws: `.badData` where it has no folder with documents.
  init(_ path: String, hashing: Bool) throws(RecurError) {
    self.path = path
    digest = hashing ? SHA256Digest() : nil
    var classes: [(name: String, files: [String])] = []
    for name in try Self.entries(of: path) {
      let folder = FolderPath.join(path, name)
      guard !name.hasPrefix("."), Self.isFolder(folder) else { continue }
      let files = try Self.entries(of: folder).filter {
        !$0.hasPrefix(".") && ($0.hasSuffix(".txt") || $0.hasSuffix(".txt.gz"))
      }
      if !files.isEmpty { classes.append((name, files)) }
    }
    if classes.isEmpty {
      throw RecurError(
        .badData, "this folder has no folders with .txt files", at: .init(path: path),
        hint:
          "it needs one folder for each class, named as the class, with a .txt file for each text")
    }
    self.classes = classes
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The SHA-256 of what `sha256sum` would print for the files in their order, where that was asked for.
  var sha256: String? { digest?.hexadecimal() }

  /// Reads the next document; nil after the last. Its name is `class/file`; one line end at its end
  /// is dropped. Without a policy it may have ill-formed UTF-8.
  mutating func document(
    _ policy: InvalidUTF8Policy?
  ) throws(RecurError) -> (row: LabelledText, isValidUTF8: Bool)? {
    while next.classIndex < classes.count,
      next.fileIndex == classes[next.classIndex].files.count
    { next = (next.classIndex + 1, 0) }
    guard next.classIndex < classes.count else { return nil }
    let (label, files) = classes[next.classIndex]
    let id = "\(label)/\(files[next.fileIndex])"
    next.fileIndex += 1
    let stream = try TextStream(
      FolderPath.join(path, id), invalidUTF8: policy, hashing: digest != nil)
    var text: [UInt8] = []
    while try stream.refill() {
      text += stream.bytes
      stream.position = stream.bytes.count
      if text.count > RecordScanner.largestRecord {
        throw RecurError(
          .badData, "a text is longer than \(RecordScanner.largestRecord >> 20) MiB",
          at: .init(path: stream.path), hint: "check that this is the file you mean")
      }
    }
    if text.last == UInt8(ascii: "\n") { text.removeLast() }
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    invalidSequenceCount += stream.invalidSequenceCount
    byteCount += stream.source.byteCount
    if let sha256 = stream.source.sha256 { digest?.update(Array("\(sha256)  \(id)\n".utf8)) }
    let row = LabelledText(
      text: String(decoding: text, as: UTF8.self), label: label.trimmed, id: id, line: 1)
    return (row, policy != nil || stream.invalidSequenceCount == 0)
  }

  private static func entries(of path: String) throws(RecurError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
    } catch {
      throw RecurError(
        .noPermission, "the folder cannot be read", at: .init(path: path),
        hint: "check its permissions (ls -ld)")
    }
  }
}

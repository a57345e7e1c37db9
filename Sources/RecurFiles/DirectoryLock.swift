import Glibc

/// Keeps a second process out of a directory for as long as the value lives.
///
/// The lock is the system's (`flock` on `.lock`), so a killed process leaves none behind; the file
/// itself stays, with the process and host of its last holder for the message to whoever is refused.
public final class DirectoryLock: Sendable {
  /// The name of the lock's file in the directory.
  public static let fileName = ".lock"
  private let descriptor: Int32

  /// Takes the lock of a directory, at once or not at all.
  ///
  /// - Throws: `.busy` naming the process that holds it; `.cannotCreate` or `.noPermission` where
  ///   the directory does not exist or cannot be written to.
  public init(_ directory: String) throws(RecurError) {
    try RecurError.checkPath(directory)
    let path = FolderPath.join(directory, Self.fileName)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw .writing(path, systemError: errno) }
    var result = flock(descriptor, LOCK_EX | LOCK_NB)
    while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX | LOCK_NB) }
    guard result == 0 else {
      let code = errno
      defer { close(descriptor) }
      guard code == EWOULDBLOCK else { throw .writing(path, systemError: code) }
      throw RecurError(
        .busy, "another process is at work in this directory\(Self.holder(descriptor))",
        at: .init(path: directory),
        hint: "wait until it is done, stop it, or choose another directory")
    }
    self.descriptor = descriptor
    let note = Array("pid \(getpid()) on \(Self.host)\n".utf8)
    // Only for people; the lock holds without it, on a full disk too.
    if ftruncate(descriptor, 0) == 0 {
      _ = note.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return "" }
    let text = String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self)
    return ": \(DisplayText.escaped(text))"
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "an unknown host" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

import Crypto

/// A running SHA-256, and its usual form: 64 lower-case hexadecimal digits.
public struct SHA256Digest: Sendable {
  private var hash = SHA256()

  /// Begins with nothing hashed.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }

  /// The digest of everything added so far, as 64 lower-case hexadecimal digits.
  public func hexadecimal() -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in hash.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest of bytes in memory.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = SHA256Digest()
    digest.update(bytes)
    return digest.hexadecimal()
  }

  /// The digest of a file, read in pieces of 1 MiB.
  ///
  /// - Throws: what `InputFile` throws for a file that cannot be read.
  public static func hexadecimal(ofFile path: String) throws(RecurError) -> String {
    var digest = SHA256Digest()
    try InputFile.forEachChunk(path, allowingEmpty: true, refusingForeignFormats: false) {
      (chunk: UnsafeRawBufferPointer) throws(RecurError) in
      digest.update(chunk)
    }
    return digest.hexadecimal()
  }
}

import FoundationEssentials
import Glibc
import RecurText

/// The conformance files of Unicode 15.0 as Debian's package `unicode-data` installs them.
enum UnicodeData {
  static let folder = "/usr/share/unicode"

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// The lines of a file that are no comments; a file that is there only as `.bz2` is unpacked.
  static func lines(of name: String) throws -> [String] {
    let path = "\(folder)/\(name)"
    let text: String
    if let data = FileManager.default.contents(atPath: path) {
      text = String(decoding: data, as: UTF8.self)
    } else if FileManager.default.fileExists(atPath: path + ".bz2") {
      text = try output(of: "bzip2 -dc '\(path).bz2'")
    } else {
      throw Missing(description: "\(path) is missing: install the package unicode-data (15.0)")
    }
    return text.split(separator: "\n").map { line in
      String(line.prefix { $0 != "#" })
    }.filter { $0.contains { $0 != " " && $0 != "\t" } }
  }

  private static func output(of command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw Missing(description: "cannot run bzip2") }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard pclose(pipe) == 0 else {
      throw Missing(description: "`\(command)` failed: install the package bzip2")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of code points written in hexadecimal with spaces between.
  static func text(_ codePoints: some StringProtocol) throws -> [UInt8] {
    var text = ""
    for digits in codePoints.split(separator: " ") {
      guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        throw Missing(description: "\(digits) is no scalar value")
      }
      text.unicodeScalars.append(scalar)
    }
    return Array(text.utf8)
  }

  /// The cases of a file of boundaries: a text and where its pieces end.
  static func boundaries(in name: String) throws -> [(utf8: [UInt8], ends: [Int])] {
    try lines(of: name).map { line in
      var utf8: [UInt8] = []
      var ends: [Int] = []
      for field in line.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
        switch field {
        case "÷": if !utf8.isEmpty { ends.append(utf8.count) }
        case "×": break
        default: utf8 += try text(field)
        }
      }
      return (utf8, ends)
    }
  }
}

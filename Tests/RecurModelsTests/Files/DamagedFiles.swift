import Recur
import TestSupport
import Testing

/// A model directory whose files are damaged, one at a time.
struct DamagedFiles {
  let folder: TemporaryFolder
  /// The name of the directory in the folder.
  let directory: String
  /// Reads the directory.
  let read: () throws(RecurError) -> Void

  private func name(_ file: String) -> String { "\(directory)/\(file)" }

  /// Expects that every file, cut at every length, is refused by its name, and as a whole is read again.
  func expectCutsAreRefused(_ files: [String]) throws {
    for file in files {
      let bytes = try #require(folder.bytes(of: name(file)))
      // The white space at the end of a JSON file carries nothing.
      let meaning = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
      // Of the long files the beginning, the end, and a part of what lies between; their own
      // readers are tested at every length.
      let step = file == "model.safetensors" ? 61 : file == "tokenizer.json" ? 97 : 1
      for length in 0..<meaning {
        if length > 150, length < meaning - 100, length % step != 0 { continue }
        folder.file(name(file), bytes[..<length])
        let error = #expect(throws: RecurError.self, "\(file) cut to \(length)") { try read() }
        #expect(error?.kind == .badData)
        #expect(error?.place?.path.hasSuffix(file) == true)
      }
      folder.file(name(file), bytes)
      try read()
    }
  }

  /// Flips one bit, sixty times in each file, and expects bad data where that is seen.
  ///
  /// - Returns: How often it was seen.
  func refusedFlips(in files: [String]) throws -> Int {
    var generator = SeededGenerator(seed: 4)
    var refused = 0
    for file in files {
      let bytes = try #require(folder.bytes(of: name(file)))
      for _ in 0..<60 {
        var changed = bytes
        let position = Int.random(in: 0..<min(bytes.count, 2000), using: &generator)
        changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        folder.file(name(file), changed)
        do throws(RecurError) {
          try read()
        } catch {
          refused += 1
          #expect(error.kind == .badData)
        }
      }
      folder.file(name(file), bytes)
    }
    return refused
  }
}

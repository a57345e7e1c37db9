/// Watches a stream of text for stop texts: gives out what surely is not a part of one, and ends
/// before the first that comes.
struct StopText: Sendable {
  private let stops: [[UInt8]]
  /// Text that may be the beginning of a stop text.
  private var held: [UInt8] = []

  /// - Parameter stops: Empty ones are ignored.
  init(_ stops: [String]) {
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Takes text that goes on from what came before.
  ///
  /// Stop texts are valid UTF-8, so they begin and end at the border of a scalar, and so does every
  /// text that is given out.
  ///
  /// - Returns: The text that can be given out, and whether a stop text came.
  mutating func append(_ text: String) -> (text: String, isStopped: Bool) {
    if stops.isEmpty { return (text, false) }
    held.append(contentsOf: text.utf8)
    for start in held.indices {
      for stop in stops where held[start...].starts(with: stop) {
        let before = String(decoding: held[..<start], as: UTF8.self)
        held.removeAll()
        return (before, true)
      }
    }
    let kept = held.indices.first { start in
      stops.contains { $0.starts(with: held[start...]) }
    }
    let end = kept ?? held.endIndex
    let text = String(decoding: held[..<end], as: UTF8.self)
    held.removeSubrange(..<end)
    return (text, false)
  }

  /// The text that was held back, when no more comes.
  mutating func finish() -> String {
    defer { held.removeAll() }
    return String(decoding: held, as: UTF8.self)
  }
}

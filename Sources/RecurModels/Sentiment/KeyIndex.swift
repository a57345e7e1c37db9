/// Finds numbers among many that are spread evenly, such as hashes, in constant time.
package struct KeyIndex: Sendable, Equatable {
  /// The numbers, ascending, each once.
  package let keys: [UInt32]
  /// Where the numbers begin whose upper 16 bits are 0, 1, …, and where the last ones end.
  private let starts: [Int32]

  /// Takes numbers in ascending order, each once, at most 2³¹ - 1 of them.
  package init(ascending keys: [UInt32]) {
    self.keys = keys
    var starts = [Int32](repeating: 0, count: (1 << 16) + 1)
    for key in keys { starts[Int(key >> 16) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    self.starts = starts
  }

  /// The position of a number; nil where it is not among them.
  package func position(of key: UInt32) -> Int? {
    let bucket = Int(key >> 16)
    return (Int(starts[bucket])..<Int(starts[bucket + 1])).first { keys[$0] == key }
  }
}

import RecurText

/// The words of the texts that a linear model learns from, and their pairs of neighbours, numbered
/// in order of arrival.
struct NGramVocabulary: Sendable {
  private var words: [String: UInt32] = [:]
  private var spellings: [String] = []
  private var numbers: [UInt64: Int32] = [:]
  private var keys: [UInt64] = []

  /// How many n-grams there are.
  var count: Int { keys.count }

  /// The n-grams of a text, ascending, each once; new ones get the next numbers.
  mutating func learn(_ text: String) -> [Int32] {
    var found: [Int32] = []
    var previous: UInt32?
    WordSplitter.forEachWord(in: text) { word in
      let id = wordID(String(decoding: word, as: UTF8.self))
      found.append(number(of: UInt64(id)))
      if let previous { found.append(number(of: Self.key(of: id, after: previous))) }
      previous = id
    }
    return Self.distinct(found)
  }

  /// The n-grams of a text that were learnt, ascending, each once.
  func known(in text: String) -> [Int32] {
    var found: [Int32] = []
    var previous: UInt32?
    WordSplitter.forEachWord(in: text) { word in
      let id = words[String(decoding: word, as: UTF8.self)]
      if let id {
        if let number = numbers[UInt64(id)] { found.append(number) }
        if let previous, let number = numbers[Self.key(of: id, after: previous)] {
          found.append(number)
        }
      }
      previous = id
    }
    return Self.distinct(found)
  }

  /// An n-gram as it is read, its words parted by a space.
  func spelling(of number: Int) -> String {
    let key = keys[number]
    let last = spellings[Int(key & 0xFFFF_FFFF)]
    return key >> 32 == 0 ? last : "\(spellings[Int(key >> 32) - 1]) \(last)"
  }

  private mutating func wordID(_ word: String) -> UInt32 {
    if let id = words[word] { return id }
    let id = UInt32(spellings.count)
    words[word] = id
    spellings.append(word)
    return id
  }

  private mutating func number(of key: UInt64) -> Int32 {
    if let number = numbers[key] { return number }
    let number = Int32(keys.count)
    numbers[key] = number
    keys.append(key)
    return number
  }

  /// The key of a pair: the second word in the lower half, one more than the first in the upper half,
  /// which is 0 for a single word.
  private static func key(of word: UInt32, after previous: UInt32) -> UInt64 {
    (UInt64(previous) + 1) << 32 | UInt64(word)
  }

  private static func distinct(_ numbers: [Int32]) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(numbers.count)
    for number in numbers.sorted() where number != result.last { result.append(number) }
    return result
  }
}

import RecurTensors
import RecurText

extension Tokenizer {
  /// The ids of each text.
  func encode(_ texts: [String]) -> [[Int32]] {
    var result = [[Int32]](repeating: [], count: texts.count)
    result.withUnsafeMutableBufferPointer { result in
      ThreadTeam.current.forEachPart(of: texts.count) { part in
        for index in part { result[index] = encode(texts[index]) }
      }
    }
    return result
  }
}

import RecurTensors

/// What the words of a text say by themselves: a linear term beside the logits of a network, as in "Wide &
/// Deep Learning for Recommender Systems" (Cheng and others, 2016).
///
///     term = b + 1/√n Σ w_g     over the n distinct runs g of one to three words that are known
///
/// A network reads a text in its order and generalises; rare names and turns that tell the label are better
/// learnt one by one, with the weights of Wang and Manning (2012). `SentimentModel` adds the term, times
/// `SequenceClassifierConfiguration.ngramScale`, to the network's logits divided by their temperature.
public struct NGramTerm: Sendable, Equatable {
  /// The most runs that a term may know.
  public static let maximumCount = 1 << 24

  /// C.
  public let classCount: Int
  let index: KeyIndex
  /// w, (K, M), where M is C, but 1 for two classes: the term of class 1 then, and that of class 0 is 0.
  let weights: [Float]
  /// b, (M).
  let bias: [Float]

  /// Puts a term together.
  ///
  /// - Parameters:
  ///   - classCount: C, at least 2.
  ///   - index: The K runs.
  ///   - weights: (K, M), finite.
  ///   - bias: (M), finite.
  package init(classCount: Int, index: KeyIndex, weights: [Float], bias: [Float]) {
    precondition(
      bias.count == Self.width(classCount) && weights.count == index.keys.count * bias.count,
      "\(weights.count) weights and \(bias.count) biases for \(index.keys.count) runs of words")
    (self.classCount, self.index) = (classCount, index)
    (self.weights, self.bias) = (weights, bias)
  }

  /// M.
  static func width(_ classCount: Int) -> Int { classCount == 2 ? 1 : classCount }

  /// K: how many runs of words it knows.
  public var count: Int { index.keys.count }

  /// What it adds to the logits of a text before it is scaled, (C).
  public func logits(of text: String) -> [Float] {
    var reading = Reading(self)
    reading.append(text)
    return reading.logits
  }

  /// The same of many texts, (N, C).
  public func logits(of texts: [String]) -> [Float] {
    var result = [[Float]](repeating: [], count: texts.count)
    result.withUnsafeMutableBufferPointer { result in
      ThreadTeam.current.forEachPart(of: texts.count) { part in
        for text in part { result[text] = logits(of: texts[text]) }
      }
    }
    return result.flatMap(\.self)
  }

  /// A text that comes in parts. Memory does not grow with it, but with the runs that it has.
  struct Reading: Sendable {
    private let term: NGramTerm
    private var runs = WordRuns()
    private var found: Set<Int32> = []
    private var sums: [Double]

    init(_ term: NGramTerm) {
      self.term = term
      sums = [Double](repeating: 0, count: term.bias.count)
    }

    /// Reads the next part, which must not begin or end within a word.
    mutating func append(_ part: String) {
      runs.forEachKey(in: part) { key in
        guard let position = term.index.position(of: key),
          found.insert(Int32(position)).inserted
        else { return }
        for column in sums.indices {
          sums[column] += Double(term.weights[position * sums.count + column])
        }
      }
    }

    /// The term of all that was read, (C).
    var logits: [Float] {
      let length = Double(max(1, found.count)).squareRoot()
      let scores = zip(term.bias, sums).map { $0 + Float($1 / length) }
      return scores.count == 1 ? [0] + scores : scores
    }
  }
}

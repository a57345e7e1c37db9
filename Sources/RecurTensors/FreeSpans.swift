/// Stretches of memory that nobody uses, in order of address; neighbours are joined as they come.
///
/// They are few, so each operation passes over all of them.
struct FreeSpans: Equatable {
  private(set) var spans: [Range<UInt>] = []

  /// Takes `size` bytes from the shortest span that has as many; the rest of it stays.
  ///
  /// - Returns: Their address; nil where no span is long enough.
  mutating func take(_ size: UInt) -> UInt? {
    var shortest: Int?
    for (index, span) in spans.enumerated() where span.count >= size {
      if shortest.map({ span.count < spans[$0].count }) ?? true { shortest = index }
    }
    guard let shortest else { return nil }
    return cut(size, from: shortest).lowerBound
  }

  /// Takes the shortest span, or the part of it that is wanted.
  ///
  /// - Parameter most: The most bytes to take.
  mutating func takeShortest(atMost most: UInt) -> Range<UInt>? {
    guard let shortest = spans.indices.min(by: { spans[$0].count < spans[$1].count }) else {
      return nil
    }
    return cut(min(most, UInt(spans[shortest].count)), from: shortest)
  }

  private mutating func cut(_ size: UInt, from index: Int) -> Range<UInt> {
    let span = spans[index]
    let end = span.lowerBound + size
    if end == span.upperBound {
      spans.remove(at: index)
    } else {
      spans[index] = end..<span.upperBound
    }
    return span.lowerBound..<end
  }

  /// Takes a part of one of the spans.
  mutating func remove(_ part: Range<UInt>) {
    guard let index = spans.firstIndex(where: { $0.upperBound > part.lowerBound }) else { return }
    let span = spans[index]
    let rest = [span.lowerBound..<part.lowerBound, part.upperBound..<span.upperBound]
    spans.replaceSubrange(index..<index + 1, with: rest.filter { !$0.isEmpty })
  }

  /// Puts a span back and joins it to those that touch it.
  ///
  /// - Returns: All of them as one.
  @discardableResult
  mutating func give(back span: Range<UInt>) -> Range<UInt> {
    let place = spans.firstIndex { $0.lowerBound > span.lowerBound } ?? spans.endIndex
    var joined = place..<place
    var bounds = span
    if place > 0, spans[place - 1].upperBound == span.lowerBound {
      joined = place - 1..<place
      bounds = spans[place - 1].lowerBound..<bounds.upperBound
    }
    if place < spans.endIndex, spans[place].lowerBound == span.upperBound {
      joined = joined.lowerBound..<place + 1
      bounds = bounds.lowerBound..<spans[place].upperBound
    }
    spans.replaceSubrange(joined, with: [bounds])
    return bounds
  }
}

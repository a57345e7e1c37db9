#if canImport(Glibc)
  import Glibc
#endif

/// The memory of tensors that are not small: spans of whole huge pages or, of less than two, parts of
/// them, cut out of what other tensors have given back, whatever the sizes of those were.
///
/// A tensor gets the shortest span that is long enough, or the part of it that it needs. Where none is,
/// fresh pages take the place of the shortest that wait, so that the pool holds little more than was
/// once in use together. A little: each time, the limit rises by an eighth of what was returned to the
/// system. Work that repeats itself might else miss its spans for ever; so it soon finds them.
struct PagePool {
  /// The size of a huge page.
  static let pageSize = 2 << 20

  /// What was taken from the system.
  private(set) var statistics = StoragePool.Statistics()
  private var waiting = FreeSpans()
  /// Spans that were taken to give parts of them away.
  private var shared: [Range<UInt>] = []
  /// What nobody uses of these.
  private var waitingParts = FreeSpans()
  private var bytesInUse = 0
  /// The most bytes to hold while some of them wait.
  private var limit = 0

  /// Whether a size is taken in whole pages: less than two of them would waste too much.
  static func isWhole(_ size: Int) -> Bool { size >= 2 * pageSize }

  /// Takes memory for a tensor.
  ///
  /// - Parameter size: Whole pages, or less than two.
  /// - Returns: Its address; nil where the system has no pages.
  mutating func take(_ size: Int) -> UInt? {
    Self.isWhole(size) ? takePages(size) : takePart(size)
  }

  /// Keeps what was taken for other tensors.
  mutating func give(back span: Range<UInt>) {
    if Self.isWhole(span.count) {
      giveBackPages(span)
    } else {
      giveBackPart(span)
    }
  }

  /// Returns all that waits to the system.
  mutating func trim() {
    evict(statistics.byteCount)
    limit = bytesInUse
  }

  // MARK: Whole pages

  private mutating func takePages(_ size: Int) -> UInt? {
    bytesInUse += size
    limit = max(limit, bytesInUse)
    if let address = waiting.take(UInt(size)) { return address }
    let evicted = evict(statistics.byteCount + size - limit)
    limit += evicted / 8
    var address = Self.map(size)
    if address == nil {
      // What waits in shorter spans may be what the system lacks.
      evict(statistics.byteCount)
      address = Self.map(size)
    }
    statistics.allocations += 1
    statistics.byteCount += size
    return address
  }

  private mutating func giveBackPages(_ span: Range<UInt>) {
    waiting.give(back: span)
    bytesInUse -= span.count
  }

  // MARK: Parts of a page, or of two

  private mutating func takePart(_ size: Int) -> UInt? {
    if let address = waitingParts.take(UInt(size)) { return address }
    let pages = (size + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    guard let start = takePages(pages) else { return nil }
    let span = start..<start + UInt(pages)
    shared.append(span)
    waitingParts.give(back: span)
    return waitingParts.take(UInt(size))
  }

  /// A span of which nobody uses any part is whole again, but no page of it before: it might be returned
  /// to the system, and the next that needs as long a span find none.
  private mutating func giveBackPart(_ part: Range<UInt>) {
    let free = waitingParts.give(back: part)
    let whole = shared.filter {
      free.lowerBound <= $0.lowerBound && $0.upperBound <= free.upperBound
    }
    for span in whole {
      waitingParts.remove(span)
      giveBackPages(span)
    }
    if !whole.isEmpty { shared.removeAll(where: whole.contains) }
  }

  // MARK: The system

  /// Returns some of what waits to the system, the shortest spans first.
  ///
  /// - Parameter wanted: The most bytes to return, rounded up to whole pages: the system takes no others.
  /// - Returns: How many were.
  @discardableResult
  private mutating func evict(_ wanted: Int) -> Int {
    let most = max(0, (wanted + Self.pageSize - 1) / Self.pageSize * Self.pageSize)
    var evicted = 0
    while evicted < most, let span = waiting.takeShortest(atMost: UInt(most - evicted)) {
      Self.unmap(span)
      evicted += span.count
    }
    statistics.byteCount -= evicted
    return evicted
  }

  private static func map(_ size: Int) -> UInt? {
    // The system may begin anywhere; so a page more, and what is around the huge pages goes back.
    let mapped = mmap(
      nil, size + pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { return nil }
    let first = UInt(bitPattern: mapped)
    let start = (first + UInt(pageSize) - 1) / UInt(pageSize) * UInt(pageSize)
    unmap(first..<start)
    unmap(start + UInt(size)..<first + UInt(size + pageSize))
    madvise(UnsafeMutableRawPointer(bitPattern: start), size, MADV_HUGEPAGE)
    return start
  }

  private static func unmap(_ span: Range<UInt>) {
    if !span.isEmpty { munmap(UnsafeMutableRawPointer(bitPattern: span.lowerBound), span.count) }
  }
}

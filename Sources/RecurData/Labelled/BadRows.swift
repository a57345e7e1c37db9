/// The rows of labelled files that could not be used: all are counted, the first few are kept.
public struct BadRows: Sendable, Equatable {
  /// How many of them are kept.
  public static let keptCount = 5

  /// A row that could not be used.
  public struct Row: Sendable, Equatable {
    /// The file and the line that the row begins in.
    public var path: String
    /// The line, from 1.
    public var line: Int
    /// Why, in one line.
    public var reason: String
  }

  /// How many there are.
  public private(set) var count = 0
  /// The first of them.
  public private(set) var first: [Row] = []

  /// No bad rows.
  public init() {}

  mutating func add(_ row: Row) {
    count += 1
    if first.count < Self.keptCount { first.append(row) }
  }

  mutating func add(_ other: BadRows) {
    count += other.count
    first += other.first.prefix(Self.keptCount - first.count)
  }
}

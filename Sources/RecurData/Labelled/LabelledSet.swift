public import RecurFiles

/// Labelled texts in memory, for training and evaluation.
///
/// The labels keep their names as they stand in the files, without the white space around them. The
/// classes are sorted by the bytes of their names, which puts the negative first in the usual pairs: 0
/// 1, neg pos, negative positive, no yes, false true, bad good, -1 1.
public struct LabelledSet: Sendable {
  /// A file that texts were read from.
  public struct Source: Sendable, Equatable {
    /// The file as the user named it; `-` is standard input.
    public let path: String
    /// Its bytes on disk.
    public let byteCount: Int
    /// The SHA-256 of these bytes; of a folder, that of what `sha256sum` prints for its files in their
    /// order.
    public let sha256: String
  }

  /// The texts, file after file.
  public let texts: [String]
  /// The class of each text, a position in `classNames`.
  public let labels: [Int]
  /// The names of the classes.
  public let classNames: [String]
  /// The files.
  public let sources: [Source]
  /// What was found out about each file.
  public let layouts: [LabelledLayout]
  /// The rows that could not be used.
  public let badRows: BadRows
  /// How many ill-formed stretches of UTF-8 were replaced or skipped.
  public let invalidSequenceCount: Int

  /// Texts from memory.
  ///
  /// - Precondition: as many labels as texts, each a position in `classNames`.
  public init(texts: [String], labels: [Int], classNames: [String]) {
    precondition(texts.count == labels.count, "\(texts.count) texts, \(labels.count) labels")
    precondition(
      labels.allSatisfy(classNames.indices.contains), "a label outside \(classNames.count) classes")
    self.texts = texts
    self.labels = labels
    self.classNames = classNames
    sources = []
    layouts = []
    badRows = BadRows()
    invalidSequenceCount = 0
  }

  /// Reads files and folders one after another.
  ///
  /// - Parameters:
  ///   - paths: at least one.
  ///   - reading: how to read each of them.
  ///   - classNames: the classes that may occur; a row with another label is bad. Where they are two
  ///     sides of a judgement, other words for these are taken too, see `Polarity`. Nil: all that occur.
  /// - Throws: what `LabelledReader` throws; `.badData` where no row can be used.
  public init(
    contentsOf paths: [String], _ reading: LabelledReading = LabelledReading(),
    classNames: [String]? = nil
  ) throws(RecurError) {
    precondition(!paths.isEmpty, "no file")
    var texts: [String] = []
    var labels: [Int] = []
    var names = classNames ?? []
    var positions: [ExactKey: Int] = [:]
    for (position, name) in names.enumerated() { positions[ExactKey(name)] = position }
    let sides = classNames.flatMap(Polarity.positions)
    var sources: [Source] = []
    var layouts: [LabelledLayout] = []
    var badRows = BadRows()
    var invalidSequenceCount = 0
    for path in paths {
      var reader = try LabelledReader(path, reading, needsLabels: true, hashing: true)
      while let row = try reader.next() {
        guard let label = row.label else { continue }
        let position: Int
        if let known = positions[ExactKey(label)] {
          position = known
        } else if let side = Polarity(label).flatMap({ sides?[$0] }) {
          position = side
        } else if classNames == nil {
          position = names.count
          positions[ExactKey(label)] = position
          names.append(label)
        } else {
          let name = DisplayText.escaped(label, limit: 40)
          try reader.refuse(line: row.line, "\"\(name)\" is not a class of the model")
          continue
        }
        texts.append(row.text)
        labels.append(position)
      }
      let source = reader.source
      sources.append(
        Source(path: path, byteCount: source.byteCount, sha256: source.sha256 ?? ""))
      layouts.append(reader.layout)
      badRows.add(reader.badRows)
      invalidSequenceCount += reader.invalidSequenceCount
    }
    if texts.isEmpty {
      let first = badRows.first.first
      throw RecurError(
        .badData,
        first.map { "no row can be used; the first: \($0.reason)" } ?? "there are no rows",
        at: .init(path: first?.path ?? paths[0], line: first?.line),
        hint: (classNames.map { "the classes are \(Self.listed($0)); " } ?? "")
          + "the file was read as \(layouts[0])")
    }
    if classNames == nil {
      let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
      var ranks = [Int](repeating: 0, count: names.count)
      for (rank, position) in order.enumerated() { ranks[position] = rank }
      labels = labels.map { ranks[$0] }
      names = order.map { names[$0] }
    }
    self.texts = texts
    self.labels = labels
    self.classNames = names
    self.sources = sources
    self.layouts = layouts
    self.badRows = badRows
    self.invalidSequenceCount = invalidSequenceCount
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(10).map { DisplayText.escaped($0, limit: 40) }
    return shown.joined(separator: ", ") + (names.count > 10 ? ", …" : "")
  }

  /// How many texts each class has.
  public var classCounts: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classNames.count)) { $0[$1] += 1 }
  }
}

public import RecurData
public import RecurFiles
import RecurTensors
import RecurText

/// Labelled texts, parted into what is trained on and what is held out.
public struct ClassifierData: Sendable {
  /// The texts that are trained on.
  public let training: LabelledSet
  /// The texts that are held out; none where nothing is.
  public let validation: LabelledSet
  /// The files, those of the validation last.
  public let sources: [TrainingData.Source]
  /// How each of them was read.
  public let layouts: [LabelledLayout]
  /// The SHA-256 of all texts and labels and of how they were parted.
  public let sha256: String
  /// What a person should know, each in one line.
  public let warnings: [String]

  /// The names of the classes.
  public var classNames: [String] { training.classNames }

  /// Reads and parts the files of options.
  ///
  /// - Parameters:
  ///   - options: Which files, how they are read, and how they are parted.
  ///   - set: Texts from memory in the place of `files`.
  ///   - held: Texts from memory in the place of `validation`.
  /// - Throws: What reading the files throws; `.badData` where all texts are of one class, or nothing
  ///   can be held out.
  public init(
    _ options: ClassifierOptions, _ set: LabelledSet? = nil, validation held: LabelledSet? = nil
  ) throws(RecurError) {
    let common = options.training
    if set == nil, common.files.isEmpty {
      throw RecurError(
        .usage, "no labelled texts to train on are given",
        hint: "name one or more labelled files, or a folder with a folder for each class")
    }
    let set =
      if let set { set } else {
        try LabelledSet(
          contentsOf: common.files, options.reading, classNames: options.classNames)
      }
    try Self.check(set, path: common.files.first)
    var held = held
    if held == nil, let path = common.validation {
      held = try LabelledSet(
        contentsOf: [path], options.reading, classNames: set.classNames)
    }
    if let held {
      training = set
      validation = held
    } else {
      let split = StratifiedSplit(
        set, fraction: common.validationFraction, seed: common.seed)
      training = set.part(split.training)
      validation = set.part(split.validation)
      if validation.texts.isEmpty, common.validationFraction > 0 {
        try Self.checkLabels(set, path: common.files.first)
        throw RecurError(
          .badData,
          "\(set.texts.count) texts are too few to hold a part of "
            + "\(common.validationFraction) out", at: common.files.first.map { .init(path: $0) },
          hint: "give more data, a larger --validation-fraction, or --validation-fraction 0")
      }
    }
    sources = (set.sources + (held?.sources ?? [])).map {
      TrainingData.Source(path: $0.path, bytes: $0.byteCount, sha256: $0.sha256)
    }
    layouts = set.layouts + (held?.layouts ?? [])
    sha256 = Self.digest(of: [training, validation])
    warnings = Self.warnings(set, held, training: training, validation: validation)
  }

  private static func check(_ set: LabelledSet, path: String?) throws(RecurError) {
    let present = set.classCounts.indices.filter { set.classCounts[$0] > 0 }
    if present.count < 2 {
      let name = present.first.map { DisplayText.escaped(set.classNames[$0], limit: 60) } ?? ""
      throw RecurError(
        .badData, "every text has the label \"\(name)\"", at: path.map { .init(path: $0) },
        hint: "give texts of at least two classes, or another --label-column")
    }
  }

  /// Where hardly two texts have a label in common, it is none.
  private static func checkLabels(_ set: LabelledSet, path: String?) throws(RecurError) {
    let (classCount, count) = (set.classNames.count, set.texts.count)
    if count < 10 || classCount <= count / 2 { return }
    let layout = set.layouts.first
    let column = layout.flatMap { layout in layout.labelColumn.map(layout.title) }
    throw RecurError(
      .badData,
      "\(classCount) classes for \(count) texts"
        + (column.map { ": is \($0) the column of the labels?" } ?? ""),
      at: path.map { .init(path: $0) },
      hint: "name the column of the labels by --label-column, or give more texts of each class")
  }

  private static func digest(of sets: [LabelledSet]) -> String {
    var digest = SHA256Digest()
    for set in sets {
      for (text, label) in zip(set.texts, set.labels) {
        digest.update(Array("\(label) \(text.utf8.count)\n".utf8))
        digest.update(Array(text.utf8))
      }
      digest.update(Array("|\(set.texts.count)|".utf8))
    }
    return digest.hexadecimal()
  }

  private static func warnings(
    _ set: LabelledSet, _ held: LabelledSet?, training: LabelledSet, validation: LabelledSet
  ) -> [String] {
    var warnings: [String] = []
    for set in [set, held].compactMap(\.self) {
      if set.badRows.count > 0 {
        let rows = set.badRows.first.map { "\($0.path):\($0.line): \($0.reason)" }
        warnings.append(
          (set.badRows.count == 1
            ? "1 row could not be used and was left out: "
            : "\(set.badRows.count) rows could not be used and were left out: ")
            + rows.joined(separator: "; ") + (set.badRows.count > rows.count ? "; …" : ""))
      }
      if set.invalidSequenceCount > 0 {
        warnings.append(
          (set.invalidSequenceCount == 1
            ? "1 ill-formed sequence of UTF-8 was"
            : "\(set.invalidSequenceCount) ill-formed sequences of UTF-8 were")
            + " replaced or left out")
      }
    }
    let empty = training.texts.count { $0.allSatisfy(\.isWhitespace) }
    if empty > 0 {
      warnings.append(
        (empty == 1 ? "1 text to train on is" : "\(empty) texts to train on are")
          + " empty: the model learns what is likely then")
    }
    for (name, count) in zip(training.classNames, training.classCounts) where count == 1 {
      warnings.append(
        "the class \"\(DisplayText.escaped(name, limit: 60))\" has one text: it is trained on, and "
          + "cannot be held out")
    }
    if !validation.texts.isEmpty {
      let overlap = TextOverlap(of: validation.texts, with: training.texts)
      if overlap.count > 0 {
        warnings.append(
          "\(overlap.count) of \(validation.texts.count) held-out texts are also trained on: the "
            + "figures are too good by that")
      }
    }
    return warnings
  }
}

extension LabelledSet {
  /// Some of the texts, in the order given.
  fileprivate func part(_ indices: [Int]) -> LabelledSet {
    LabelledSet(
      texts: indices.map { texts[$0] }, labels: indices.map { labels[$0] }, classNames: classNames)
  }
}

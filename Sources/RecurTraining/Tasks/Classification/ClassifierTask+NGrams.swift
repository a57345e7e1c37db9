import RecurData
import RecurFiles
import RecurModels

extension ClassifierTask {
  /// The term that goes with the network: as many as are asked for; where nothing is, that of the
  /// classifier that this one begins with, or one of a usual size. See `ClassifierOptions.ngrams`.
  static func nGramTerm(
    _ options: ClassifierOptions, _ data: ClassifierData, hasSeenHeldOut: Bool, isResumed: Bool
  ) throws(RecurError) -> (term: NGramTerm?, isFitted: Bool) {
    if options.ngrams == nil, data.validation.texts.isEmpty { return (nil, false) }
    if options.ngrams == nil,
      let kept = try keptTerm(
        options, data, hasSeenHeldOut: hasSeenHeldOut, isResumed: isResumed)
    {
      return (kept, false)
    }
    let classCount = data.classNames.count
    let usual = options.freezeCore ? 0 : 200_000 / (classCount == 2 ? 1 : classCount)
    let most = options.ngrams ?? usual
    if most == 0 { return (nil, false) }
    if data.validation.texts.isEmpty {
      throw RecurError(
        .usage, "--ngrams needs held-out texts that tell how much to heed them",
        hint: "give --validation FILE or a --validation-fraction above 0")
    }
    let term = try NGramTerm(
      fitting: data.training.texts, labels: data.training.labels, classCount: classCount, most: most
    )
    return (term, true)
  }

  /// The term of the classifier that this one begins with, where the classes are the same and none of what is
  /// held out was fitted. A resumed run has it already.
  private static func keptTerm(
    _ options: ClassifierOptions, _ data: ClassifierData, hasSeenHeldOut: Bool, isResumed: Bool
  ) throws(RecurError) -> NGramTerm? {
    guard let source = options.initFrom else { return nil }
    for path in [isResumed ? options.training.output : nil, hasSeenHeldOut ? nil : source]
      .compactMap(\.self)
    where ModelDirectory.isClassifier(path) {
      let directory = try ClassifierDirectory(contentsOf: path)
      if directory.model.configuration.classNames == data.classNames { return directory.ngrams }
    }
    return nil
  }
}

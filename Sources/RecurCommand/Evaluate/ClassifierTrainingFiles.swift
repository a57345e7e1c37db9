import Recur

/// The files that a classifier was trained on by its `training_args.json`, and how they were read.
struct ClassifierTrainingFiles {
  let files: [String]
  let reading: LabelledReading
  /// The SHA-256 of each file; empty where one is not known.
  let sha256: [String]

  /// Nil where the model names no files.
  init?(of directory: ClassifierDirectory) {
    let options = directory.trainingArguments?["options"]
    guard let files = options?["files"]?.elements?.compactMap(\.string), !files.isEmpty else {
      return nil
    }
    self.files = files
    let policy = options?["invalid_utf8"]?.string.flatMap(InvalidUTF8Policy.init)
    reading = LabelledReading(
      format: options?["format"]?.string.flatMap(LabelledFormat.init),
      textColumn: options?["text_column"]?.string, labelColumn: options?["label_column"]?.string,
      invalidUTF8: policy == .stop ? nil : policy)
    // A file of the validation comes last.
    let known = (directory.trainingArguments?["files"]?.elements ?? []).prefix(files.count)
    let digests = zip(files, known).compactMap { path, source in
      source["path"]?.string == path ? source["sha256"]?.string : nil
    }
    sha256 = digests.count == files.count ? digests : []
  }

  /// Whether the files can be read again, and be told from others of their names.
  ///
  /// - Throws: `.missingInput` where they cannot.
  func check() throws(RecurError) {
    let hint = "name the training files with --train"
    if files.contains(InputFile.standardInput) {
      throw RecurError(.missingInput, "the model was trained from standard input", hint: hint)
    }
    if sha256.isEmpty {
      throw RecurError(
        .missingInput, "the model does not say which SHA-256 its training files have", hint: hint)
    }
  }
}

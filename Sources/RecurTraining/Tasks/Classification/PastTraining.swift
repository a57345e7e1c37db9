import RecurData
import RecurFiles
import RecurModels

/// How a classifier was trained, as its directory tells.
struct PastTraining: Decodable {
  /// The settings; nil for a model that is no classifier.
  var options: ClassifierOptions?
  /// What it was trained on.
  var files: [TrainingData.Source]

  private enum CodingKeys: CodingKey { case options, files }

  /// Reads the directory of a model; nil where it does not tell, or is gone when a run is resumed.
  init?(ofModel path: String) {
    let arguments = FolderPath.join(path, ModelDirectory.FileName.trainingArguments)
    let limits = JSONGate.Limits.record
    guard let bytes = try? InputFile.read(arguments, limit: limits.byteCount),
      var read = try? JSONGate.decode(Self.self, from: bytes, limits: limits, path: arguments)
    else { return nil }
    if !ModelDirectory.isClassifier(path) { read.options = nil }
    self = read
  }

  /// Reads the settings where they are those of a classifier.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    files = try values.decode([TrainingData.Source].self, forKey: .files)
    options = try? values.decode(ClassifierOptions.self, forKey: .options)
  }

  /// Whether texts that are held out now were trained on then, as far as files and settings tell.
  func hasSeenHeldOut(of data: ClassifierData, _ now: ClassifierOptions) -> Bool {
    guard let then = options?.training, !data.validation.texts.isEmpty else { return false }
    let now = now.training
    let trainedOn = Set(files.filter { $0.path != then.validation }.map(\.sha256))
    let holding = data.sources.filter { now.validation == nil || $0.path == now.validation }
    guard holding.contains(where: { trainedOn.contains($0.sha256) }) else { return false }
    let isHeldOutAlike =
      then.validation == nil && now.validation == nil && then.seed == now.seed
      && then.validationFraction >= now.validationFraction
    return !isHeldOutAlike
  }
}

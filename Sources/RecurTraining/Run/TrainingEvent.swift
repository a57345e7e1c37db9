/// What a training tells while it runs.
public enum TrainingEvent: Sendable {
  /// The data are read and the model is built; the first step follows.
  case started(TrainingOverview)
  /// A step is done.
  case step(TrainingProgress)
  /// The model has been evaluated on the held-out text.
  case evaluated(TrainingEvaluation)
  /// A text that the model wrote.
  case sampled(step: Int, text: String)
  /// A checkpoint is on disk.
  case saved(step: Int, path: String)
  /// Something that a person should know, in one line.
  case warning(String)
  /// The run is over.
  case finished(TrainingSummary)
}

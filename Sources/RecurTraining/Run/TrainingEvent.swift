/// What a training tells while it runs.
public enum TrainingEvent<Task: TrainingTask>: Sendable {
  /// The data are read and the model is built; the first step follows.
  case started(TrainingOverview<Task.Configuration>)
  /// A step is done.
  case step(TrainingProgress)
  /// The model has been evaluated on what is held out.
  case evaluated(TrainingEvaluation<Task.Report>)
  /// A text that the model wrote.
  case sampled(step: Int, text: String)
  /// A checkpoint is on disk.
  case saved(step: Int, path: String)
  /// Something that a person should know, in one line.
  case warning(String)
  /// The run is over.
  case finished(TrainingSummary<Task.Report>)
}

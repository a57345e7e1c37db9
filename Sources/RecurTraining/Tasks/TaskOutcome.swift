public import RecurFiles

/// What is known of a run where its model is written.
public struct TaskOutcome<Report: TaskReport>: Sendable {
  /// Steps done.
  public var stepCount: Int
  /// What the model achieves; nil where it was not measured.
  public var report: Report?
  /// What the model produced last.
  public var sample: String?
  /// What `training_args.json` says.
  public var arguments: JSONValue
}

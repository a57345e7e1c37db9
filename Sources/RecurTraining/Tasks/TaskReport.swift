/// What an evaluation of a task measures.
public protocol TaskReport: Codable, Sendable, Equatable {
  /// What the best model has least of; early stopping and the schedule `plateau` go by it too.
  var selectionLoss: Double { get }
  /// What a learning curve shows: less is better.
  var curveLoss: Double { get }
  /// What a line of `metrics.jsonl` and `eval_results.json` say.
  ///
  /// - Parameter isBest: Whether no evaluation before was as good.
  func record(isBest: Bool) -> any Encodable & Sendable
  /// The report without what grows faster than the classes; the whole by default.
  var abridged: Self { get }
}

extension TaskReport {
  /// The whole report.
  public var abridged: Self { self }
}

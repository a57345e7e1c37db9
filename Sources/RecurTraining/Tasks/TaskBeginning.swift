public import RecurText

/// What a task that is to be made goes on from.
public struct TaskBeginning: Sendable {
  /// The checkpoint that the run goes on from; nil for a run from the beginning.
  public var checkpoint: String?
  /// The tokenizer of that checkpoint.
  public var tokenizer: Tokenizer?
}

/// What a step of a task did.
public struct TaskStep: Sendable {
  /// The step.
  public var report: StepReport
  /// Of how many losses its loss is the mean.
  public var count: Int
  /// How many of them stand for a right answer; nil where that has no sense.
  public var correct: Int?
  /// Characters that were trained on.
  public var characters: Double

  /// Describes a step.
  public init(report: StepReport, count: Int, correct: Int? = nil, characters: Double = 0) {
    self.report = report
    self.count = count
    self.correct = correct
    self.characters = characters
  }
}

/// What a task trains on, in numbers.
public struct TaskOverview: Sendable {
  /// Texts that are trained on; nil for one stream.
  public var trainingTextCount: Int?
  /// Texts that are held out; nil for one stream.
  public var validationTextCount: Int?
  /// Tokens that are trained on.
  public var trainingTokenCount: Int
  /// Characters (code points) that are trained on.
  public var trainingCharacterCount: Int
  /// Tokens that are held out.
  public var validationTokenCount: Int
  /// The part of the pieces of the training text that the vocabulary has.
  public var coverage: Double

  /// Puts the numbers together.
  public init(
    trainingTextCount: Int? = nil, validationTextCount: Int? = nil, trainingTokenCount: Int,
    trainingCharacterCount: Int, validationTokenCount: Int = 0, coverage: Double = 1
  ) {
    self.trainingTextCount = trainingTextCount
    self.validationTextCount = validationTextCount
    self.trainingTokenCount = trainingTokenCount
    self.trainingCharacterCount = trainingCharacterCount
    self.validationTokenCount = validationTokenCount
    self.coverage = coverage
  }
}

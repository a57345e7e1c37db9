/// How well a classifier did on one class.
public struct ClassMeasure: Sendable, Equatable, Codable {
  /// Texts of the class.
  public var support: Int
  /// Texts taken for the class.
  public var predictedCount: Int
  /// The fraction of the texts taken for the class that are of it; 0 where none was.
  public var precision: Double
  /// The fraction of the texts of the class that were taken for it; 0 where there is none.
  public var recall: Double
  /// The harmonic mean of precision and recall; 0 where both are.
  public var f1: Double

  enum CodingKeys: String, CodingKey {
    case support
    case predictedCount = "predicted"
    case precision, recall, f1
  }

  /// Reads a class from a confusion matrix, labels outside and predictions inside.
  init(of index: Int, in confusion: [[Int]]) {
    let correct = confusion[index][index]
    support = confusion[index].reduce(0, +)
    predictedCount = confusion.reduce(0) { $0 + $1[index] }
    precision = predictedCount == 0 ? 0 : Double(correct) / Double(predictedCount)
    recall = support == 0 ? 0 : Double(correct) / Double(support)
    let either = support + predictedCount
    f1 = either == 0 ? 0 : 2 * Double(correct) / Double(either)
  }
}

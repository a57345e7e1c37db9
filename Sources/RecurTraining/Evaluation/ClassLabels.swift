import RecurFiles

/// The checks on labels that everything learning from or measured on them shares.
enum ClassLabels {
  /// Checks that there are labels and that each is a class.
  ///
  /// - Throws: `.badData` naming the first that is not, by its position from 0.
  static func check(_ labels: [Int], classCount: Int) throws(RecurError) {
    if labels.isEmpty {
      throw RecurError(.badData, "there are no labelled texts", hint: "give at least one")
    }
    for (row, label) in labels.enumerated() where !(0..<classCount).contains(label) {
      throw RecurError(
        .badData, "text \(row) has the label \(label), and there are \(classCount) classes",
        hint: "labels are from 0 to \(classCount - 1)")
    }
  }

  /// As `check`, and that there is something to tell apart.
  ///
  /// - Throws: `.badData` also where only one class occurs.
  static func checkForFitting(_ labels: [Int], classCount: Int) throws(RecurError) {
    try check(labels, classCount: classCount)
    if labels.allSatisfy({ $0 == labels[0] }) {
      throw RecurError(
        .badData, "every text has the label \(labels[0])",
        hint: "give texts of at least two classes")
    }
  }
}

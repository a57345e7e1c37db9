import Recur

/// What is said on standard error about files that were read.
enum LabelledNotes {
  /// Says how many rows were left out, and which were the first; and how much UTF-8 was mended.
  static func show(_ badRows: BadRows, _ invalidSequenceCount: Int, quiet: Bool) {
    if quiet { return }
    if badRows.count > 0 {
      let rows = badRows.count == 1 ? "1 row was" : "\(NumberText.grouped(badRows.count)) rows were"
      var text = "warning: \(rows) left out\n"
      for row in badRows.first {
        text += "  \(DisplayText.escaped(row.path)):\(row.line): \(row.reason)\n"
      }
      if badRows.count > badRows.first.count { text += "  …\n" }
      StandardStream.error.show(text)
    }
    if invalidSequenceCount > 0 {
      StandardStream.error.show(
        "warning: \(NumberText.grouped(invalidSequenceCount)) ill-formed stretches of UTF-8 were "
          + "replaced or skipped\n")
    }
  }
}

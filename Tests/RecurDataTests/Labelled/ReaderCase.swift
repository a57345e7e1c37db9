import RecurFiles
import TestSupport

@testable import RecurData

/// What a reader gave of a file: all that can be said about it.
struct ReaderCase {
  var rows: [LabelledText] = []
  var layout: LabelledLayout?
  var badRows = BadRows()
  var invalidSequenceCount = 0
  var error: RecurError?

  init(
    _ path: String, _ reading: LabelledReading = LabelledReading(), needsLabels: Bool = false,
    pieceSize: Int = 256 << 10
  ) {
    do throws(RecurError) {
      var reader = try LabelledReader(
        path, reading, needsLabels: needsLabels, hashing: false, pieceSize: pieceSize)
      layout = reader.layout
      do throws(RecurError) {
        while let row = try reader.next() { rows.append(row) }
      } catch {
        self.error = error
      }
      badRows = reader.badRows
      invalidSequenceCount = reader.invalidSequenceCount
    } catch {
      self.error = error
    }
  }

  var texts: [String] { rows.map(\.text) }
  var labels: [String?] { rows.map(\.label) }
  var ids: [String?] { rows.map(\.id) }
  var lines: [Int] { rows.map(\.line) }
}

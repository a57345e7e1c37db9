import RecurFiles
import RecurTensors

extension TrainingOptions {
  /// The directory for the model.
  ///
  /// - Throws: `.usage` where none is given.
  func requiredOutput() throws(RecurError) -> String {
    guard let output, !output.isEmpty else {
      throw RecurError(
        .usage, "no directory for the model is given", hint: "name one by --output DIR")
    }
    return output
  }

  /// Chooses the precision of products for this process.
  ///
  /// - Throws: `.usage` where something was computed in another before.
  func choosePrecision() throws(RecurError) {
    guard Kernels.choose(precision) else {
      throw RecurError(
        .usage, "this process cannot compute in \(precision.rawValue) any more",
        hint: "choose the precision before anything is computed")
    }
  }
}

import FoundationEssentials
import Recur
import TestSupport
import Testing

/// A folder with a text and, once trained, a model so small that a debug build is fast enough.
struct SmallTraining {
  let folder = TemporaryFolder()

  /// A text with something to learn in it.
  static let text = String(
    repeating: "The tide comes in, the tide goes out; the boats lie still, the gulls fly about.\n",
    count: 40)

  /// Flags of a model of a few hundred numbers and a run of a moment.
  static let flags = [
    "--hidden-size", "6", "--layers", "1", "--embedding-size", "4", "--dropout", "0.1",
    "--batch-size", "4", "--window", "10", "--threads", "1", "--sample-length", "8",
  ]

  init() { folder.file("text.txt", Self.text.utf8) }

  /// Runs the command in the folder.
  func recur(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> RecurProcess.Result {
    try RecurProcess.run(arguments, in: folder.path, input: input, environment: environment)
  }

  /// Trains `text.txt` into `output`.
  func train(
    _ output: String = "model", steps: Int = 6, _ more: [String] = []
  ) throws -> RecurProcess.Result {
    try recur(trainArguments(output, steps: steps, more))
  }

  /// The arguments of a training.
  func trainArguments(_ output: String, steps: Int, _ more: [String] = []) -> [String] {
    ["train", "lm", "text.txt", "--output", output, "--steps", "\(steps)"] + Self.flags + more
  }

  /// A JSON document that the command printed.
  static func document(_ text: String) throws -> JSONValue {
    try JSONGate.value(
      from: Array(text.utf8), limits: .init(byteCount: 1 << 24, depth: 16), path: "output")
  }
}

extension RecurProcess.Result {
  /// Whether this is a refusal as documented: an exit code, two lines on standard error, nothing on
  /// standard output.
  func isRefusal(_ code: Int32, naming words: String...) -> Bool {
    self.code == code && output.isEmpty && errorLines.count == 2
      && errorLines[0].hasPrefix("error: ") && errorLines[1].hasPrefix("hint: ")
      && words.allSatisfy { errors.contains($0) }
  }
}

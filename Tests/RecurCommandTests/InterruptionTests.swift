import FoundationEssentials
import Glibc
import Recur
import TestSupport
import Testing

@Suite("Interruptions")
struct InterruptionTests {
  private static let steps = 240
  private static let more = ["-q", "--save-every", "20", "--evaluate-every", "60"]

  private func hasCheckpoint(_ training: SmallTraining, _ output: String) -> Bool {
    !TrainingFolder.checkpoints(in: training.folder("\(output)/checkpoints")).isEmpty
  }

  @Test("Killed and resumed, a training ends with the bytes of one that was never interrupted")
  func killedAndResumed() throws {
    let training = SmallTraining()
    let whole = try training.train("whole", steps: Self.steps, Self.more)
    #expect(whole.code == 0, "\(whole.errors)")
    var kills = 0
    let first = try RecurProcess(
      training.trainArguments("broken", steps: Self.steps, Self.more), in: training.folder.path)
    try Wait.until { hasCheckpoint(training, "broken") }
    first.send(SIGKILL)
    if first.wait().code == 128 + SIGKILL { kills += 1 }
    let resumed = try training.recur(["train", "lm", "--resume", "--output", "broken", "-q"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(kills == 1, "the training was over before it could be killed")
    let expected = try #require(training.folder.bytes(of: "whole/model.safetensors"))
    #expect(training.folder.bytes(of: "broken/model.safetensors") == expected)
  }

  @Test("A first signal saves and exits with its code", arguments: [SIGINT, SIGTERM])
  func signals(_ signal: Int32) throws {
    let training = SmallTraining()
    let process = try RecurProcess(
      training.trainArguments("model", steps: 1_000_000, ["--evaluate-every", "1000000"]),
      in: training.folder.path)
    try Wait.until { training.folder.bytes(of: "model/metrics.jsonl")?.isEmpty == false }
    process.send(signal)
    let result = process.wait()
    #expect(result.code == 128 + signal, "\(result.errors)")
    #expect(hasCheckpoint(training, "model"))
    #expect(result.errors.contains("--resume"))
    let resumed = try training.recur([
      "train", "lm", "--resume", "--output", "model", "--steps", "1", "-q",
    ])
    #expect(resumed.code == 0, "\(resumed.errors)")
  }

  @Test("A model whose checkpoints are gone is neither gone on with nor trained anew in its place")
  func checkpointsGone() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let model = training.folder.bytes(of: "model/model.safetensors")
    try FileManager.default.removeItem(atPath: training.folder("model/checkpoints"))
    let resumed = try training.recur(
      training.trainArguments("model", steps: 12, ["--resume"]))
    #expect(
      resumed.code != 0 && resumed.errors.contains("checkpoints are gone"), "\(resumed.errors)")
    #expect(training.folder.bytes(of: "model/model.safetensors") == model)
  }
}

/// What lies in the directory of a training.
enum TrainingFolder {
  /// The names of the complete checkpoints.
  static func checkpoints(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("checkpoint-") && !$0.contains(".tmp") }
  }
}

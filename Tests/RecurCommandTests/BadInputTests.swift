import FoundationEssentials
import Glibc
import Recur
import TestSupport
import Testing

@Suite("Bad input")
struct BadInputTests {
  /// A content that cannot be trained on, the exit code, and words of the message.
  struct Content: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var code: Int32
    var words: [String]
  }

  static let contents = [
    Content(testDescription: "empty", bytes: [], code: 65, words: ["empty", "bad.txt"]),
    Content(testDescription: "one character", bytes: [65], code: 65, words: ["--window"]),
    Content(
      testDescription: "shorter than a window", bytes: Array("a few words".utf8), code: 65,
      words: ["--batch-size"]),
    Content(
      testDescription: "invalid UTF-8", bytes: Array("one\ntwo".utf8) + [0xC3, 0x28], code: 65,
      words: ["bad.txt:2:7", "--invalid-utf8"]),
    Content(
      testDescription: "UTF-16", bytes: [0xFF, 0xFE] + Array("texttext".utf8).flatMap { [$0, 0] },
      code: 65, words: ["UTF-16"]),
    Content(
      testDescription: "pickle", bytes: [0x80, 0x04, 0x95, 1, 2, 3, 4, 5, 6, 7, 8, 9], code: 65,
      words: ["pickle"]),
    Content(
      testDescription: "zip", bytes: Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 7, count: 64),
      code: 65, words: ["bad.txt"]),
  ]

  @Test("A text that cannot be trained on is refused in two lines", arguments: contents)
  func refusedText(_ content: Content) throws {
    let training = SmallTraining()
    training.folder.file("bad.txt", content.bytes)
    let result = try training.recur(
      ["train", "lm", "bad.txt", "-o", "model"] + SmallTraining.flags)
    #expect(result.isRefusal(content.code), "\(result.code) \(result.errors)")
    for word in content.words { #expect(result.errors.contains(word), "\(result.errors)") }
  }

  @Test("Invalid UTF-8 is replaced where that is asked for")
  func replacedText() throws {
    let training = SmallTraining()
    let text = Array(SmallTraining.text.utf8)
    training.folder.file("bad.txt", text + [0xC3, 0x28] + text)
    let result = try training.recur(
      ["train", "lm", "bad.txt", "-o", "model", "--steps", "1", "--invalid-utf8", "replace"]
        + SmallTraining.flags)
    #expect(result.code == 0 && result.errors.contains("U+FFFD"), "\(result.errors)")
  }

  @Test("A text that is missing, a directory or unreadable is refused with its own code")
  func unreadableText() throws {
    let training = SmallTraining()
    mkdir(training.folder("folder"), 0o700)
    func train(_ file: String) throws -> RecurProcess.Result {
      try training.recur(["train", "lm", file, "-o", "model"])
    }
    #expect(try train("missing.txt").isRefusal(66, naming: "missing.txt"))
    #expect(try train("folder").isRefusal(65, naming: "folder"))
    #expect(try train("/dev/zero").isRefusal(65, naming: "/dev/zero"))
    training.folder.file("secret.txt", SmallTraining.text.utf8)
    chmod(training.folder("secret.txt"), 0)
    // Nothing is unreadable to the superuser.
    if geteuid() != 0 { #expect(try train("secret.txt").isRefusal(77, naming: "secret.txt")) }
  }

  @Test("An output that is a file or cannot be made is found before the first step")
  func wrongOutput() throws {
    let training = SmallTraining()
    training.folder.file("file", [1])
    #expect(try training.train("file").isRefusal(73, naming: "file"))
    #expect(try training.train("file/inside").code == 73)
    #expect(try training.train("/proc/recur-model").errorLines.count == 2)
    let nothing = try training.recur(["train", "lm", "text.txt"])
    #expect(nothing.isRefusal(64, naming: "--output"), "\(nothing.errors)")
    let noText = try training.recur(["train", "lm", "-o", "model"])
    #expect(noText.isRefusal(64), "\(noText.errors)")
  }

  @Test(
    "A damaged model directory is refused by every command that reads one",
    arguments: [
      "config.json", "model.safetensors", "tokenizer.json",
    ])
  func damagedModel(_ name: String) throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let bytes = try #require(training.folder.bytes(of: "model/\(name)"))
    for length in [0, 1, bytes.count / 2, bytes.count - 1] {
      training.folder.file("model/\(name)", bytes.prefix(length))
      for command in [
        ["generate", "model"], ["info", "model"], ["evaluate", "model", "text.txt"],
      ] {
        // The last byte of a JSON file is a line feed.
        if name.hasSuffix(".json"), length == bytes.count - 1 { continue }
        let result = try training.recur(command)
        #expect(result.isRefusal(65), "\(name) cut at \(length): \(result.code) \(result.errors)")
      }
    }
    unlink(training.folder("model/\(name)"))
    // Where there are no weights, those of the newest checkpoint are taken.
    try FileManager.default.removeItem(atPath: training.folder("model/checkpoints"))
    #expect([65, 66].contains(try training.recur(["info", "model"]).code))
  }

  @Test("A pickle in the place of a model is refused by its name")
  func pickledModel() throws {
    let training = SmallTraining()
    training.folder.file("model.pt", [0x80, 0x04, 0x95] + [UInt8](repeating: 3, count: 60))
    let result = try training.recur(["generate", "model.pt"])
    #expect(result.isRefusal(65, naming: "pickle"), "\(result.code) \(result.errors)")
  }

  @Test("An argument that is not UTF-8 is refused")
  func argumentBytes() throws {
    let training = SmallTraining()
    let result = try RecurProcess.shell(
      #""$RECUR" generate model --prompt $'\xff\xfe'"#, in: training.folder.path)
    #expect(result.isRefusal(64, naming: "UTF-8"), "\(result.errors)")
  }
}

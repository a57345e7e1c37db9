import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("README")
struct ReadmeTests {
  /// The commands of the README's shell examples, without their comments.
  private static func commands() throws -> [String] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try String(contentsOfFile: "/\(root)/README.md", encoding: .utf8)
    var commands: [String] = []
    var isShell = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isShell = line == "```sh"
      } else if isShell, line.hasPrefix("recur ") {
        let command = line.split(separator: " #", maxSplits: 1)[0]
        commands.append(String(command.dropFirst("recur ".count)))
      }
    }
    return commands
  }

  /// Splits at spaces; double quotes keep words together.
  private static func words(_ command: String) -> [String] {
    command.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
  }

  @Test("Every command of the README runs, on a small text and for a few steps")
  func commandsRun() throws {
    let training = SmallTraining()
    mkdir(training.folder("corpora"), 0o700)
    for file in ["corpora/shakespeare.txt", "other.txt", "notes.txt"] {
      training.folder.file(file, SmallTraining.text.utf8)
    }
    let rows = (1...40).map { number in
      let text = number % 2 == 0 ? "\"fine, really\"" : "poor work"
      return "\(number),\(text),\(number % 2 == 0 ? "good" : "bad")"
    }
    for file in ["reviews.csv", "held-out.csv"] {
      training.folder.file(file, ("id,text,label\n" + rows.joined(separator: "\n")).utf8)
    }
    // What comes with Recur is fetched without a network; minutes become steps.
    let smaller = ["fetch shakespeare": "fetch harbour", "--minutes 10": "--steps 6"]
    var sizes = ["RECUR_LAYERS": "1", "RECUR_HIDDEN_SIZE": "6", "RECUR_EMBEDDING_SIZE": "4"]
    sizes["RECUR_BATCH_SIZE"] = "4"
    sizes["RECUR_WINDOW"] = "10"
    let commands = try Self.commands()
    #expect(commands.count >= 13)
    for command in commands {
      let isTraining = command.hasPrefix("train") && !command.contains("--resume")
      let result = try training.recur(
        Self.words(smaller.reduce(command) { $0.replacing($1.key, with: $1.value) }),
        environment: isTraining ? sizes : [:])
      #expect(result.code == 0, "recur \(command): \(result.errors)")
    }
  }
}

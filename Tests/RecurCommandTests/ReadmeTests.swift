import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("README")
struct ReadmeTests {
  /// The lines of a file of the project.
  private static func lines(of file: String) throws -> [Substring] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try String(contentsOfFile: "/\(root)/\(file)", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The commands of the README's shell examples, without their comments.
  private static func commands() throws -> [String] {
    var commands: [String] = []
    var isShell = false
    for line in try lines(of: "README.md") {
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

  /// The numbers in a text, and how many decimals each has.
  private static func numbers(in text: some StringProtocol) -> [(value: Double, decimals: Int)] {
    String(text).matches(of: /[0-9][0-9,]*(?:\.([0-9]+))?/).compactMap { match in
      Double(match.0.replacing(",", with: "")).map { ($0, match.1?.count ?? 0) }
    }
  }

  @Test("Every row of speeds in the README is a row of the benchmark's table")
  func speedsAreMeasured() throws {
    let measured = try Self.lines(of: "docs/benchmarks.md")
      .filter { $0.hasPrefix("| ") }.map { Self.numbers(in: $0).map(\.value) }
    let rows = try Self.lines(of: "README.md")
      .drop { $0 != "## How fast" }.prefix { $0 != "## How exact" }
      .filter { $0.hasPrefix("| ") }.dropFirst()
    #expect(rows.count >= 10)
    for row in rows {
      let cells = row.split(separator: "|").dropFirst().map { $0.split(separator: " · ") }
      for part in 0..<(cells.first?.count ?? 0) {
        let quoted = cells.filter { part < $0.count }.flatMap { Self.numbers(in: $0[part]) }
        let isMeasured = measured.contains { values in
          quoted.allSatisfy { number in
            let unit = (0..<number.decimals).reduce(1.0) { unit, _ in unit * 10 }
            return values.contains { ($0 * unit).rounded() == (number.value * unit).rounded() }
          }
        }
        #expect(isMeasured && quoted.count >= 3, "\(row)")
      }
    }
  }
}

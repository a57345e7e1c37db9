import ArgumentParser
import FoundationEssentials
import Glibc
import RecurFiles

/// Flags from the environment: `RECUR_BATCH_SIZE=64` stands for `--batch-size 64`.
///
/// The command line wins: a flag that stands there is not taken from the environment.
enum EnvironmentFlags {
  /// The arguments with those that the environment adds, behind the names of the subcommands.
  static func added(to arguments: [String]) throws(RecurError) -> [String] {
    let variables = values(of: environ)
    guard !variables.isEmpty else { return arguments }
    guard let command = try Command.all().resolved(by: arguments) else { return arguments }
    var added: [String] = []
    for argument in command.flags.arguments ?? [] {
      // The parser's own: many a machine has a RECUR_VERSION of its own.
      guard let name = argument.longName, !["help", "version"].contains(name),
        let value = variables[variable(for: name)],
        !([name] + rivals(of: name)).contains(where: { isGiven("--\($0)", in: arguments) })
      else { continue }
      if argument.kind == "flag" {
        guard let isOn = truth(of: value) else {
          throw RecurError(
            .usage, "\(variable(for: name)) is \"\(DisplayText.escaped(value))\"",
            hint: "set it to 1 or 0")
        }
        if isOn { added.append("--\(name)") }
      } else {
        added.append("--\(name)=\(value)")
      }
    }
    var result = arguments
    result.insert(contentsOf: added, at: command.depth)
    return result
  }

  /// Whether the variable of a flag without a value says that it is not meant: no word on the command line can.
  static func isOff(_ flag: String) -> Bool {
    Environment.value(variable(for: String(flag.dropFirst(2)))).flatMap(truth) == false
  }

  private static func truth(of value: String) -> Bool? {
    switch value.lowercased() {
    case "1", "true", "yes", "on": true
    case "0", "false", "no", "off": false
    default: nil
    }
  }

  /// Flags that say the same thing in another way: one of them on the command line wins as the flag itself does.
  private static func rivals(of name: String) -> [String] {
    let groups = [
      ["epochs", "steps", "minutes"], ["pretrain-epochs", "pretrain-minutes"],
      ["validation", "validation-fraction"],
    ]
    return groups.first { $0.contains(name) }?.filter { $0 != name } ?? []
  }

  /// The variable that stands for a flag, which is named without its hyphens.
  static func variable(for flag: String) -> String {
    "RECUR_" + flag.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// Whether the value of a flag that is given comes from the command line, not from the variable that
  /// stands for it.
  static func isOnCommandLine(_ flag: String) -> Bool {
    let arguments = ArgumentAliases.rewritten(Array(CommandLine.arguments.dropFirst()))
    return Environment.value(variable(for: String(flag.dropFirst(2)))) == nil
      || isGiven(flag, in: arguments)
  }

  private static func isGiven(_ flag: String, in arguments: [String]) -> Bool {
    arguments.prefix { $0 != "--" }.contains { $0 == flag || $0.hasPrefix(flag + "=") }
  }

  private static func values(
    of block: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> [String: String] {
    var result: [String: String] = [:]
    var entry = block
    while let pointer = entry?.pointee {
      let text = String(cString: pointer)
      if text.hasPrefix("RECUR_"), let equals = text.firstIndex(of: "=") {
        let value = String(text[text.index(after: equals)...])
        if !value.isEmpty { result[String(text[..<equals])] = value }
      }
      entry = entry?.advanced(by: 1)
    }
    return result
  }
}

/// The part of the parser's own description of the commands that is needed here.
private struct Command: Decodable {
  struct Document: Decodable { var command: Command }
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }
    var kind: String
    var names: [Name]?
    var longName: String? { names?.first { $0.kind == "long" }?.name }
  }

  var commandName: String
  var subcommands: [Command]?
  var arguments: [Argument]?

  static func all() throws(RecurError) -> Command {
    do {
      _ = try RecurCommand.parseAsRoot(["--experimental-dump-help"])
    } catch {
      let text = RecurCommand.fullMessage(for: error)
      return try JSONGate.decode(
        Document.self, from: Array(text.utf8), limits: .init(byteCount: 16 << 20, depth: 32),
        path: "--experimental-dump-help"
      ).command
    }
    throw RecurError(.bug, "the commands cannot be described", hint: "please report this")
  }

  /// The command that the arguments name, and how many of them are its name.
  func resolved(by arguments: [String]) -> (flags: Command, depth: Int)? {
    var command = self
    var depth = 0
    while let name = arguments.dropFirst(depth).first,
      let next = command.subcommands?.first(where: { $0.commandName == name })
    {
      command = next
      depth += 1
    }
    return depth == 0 ? nil : (command, depth)
  }
}

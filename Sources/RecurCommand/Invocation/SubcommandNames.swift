import ArgumentParser
import RecurFiles

/// The names of the subcommands, which the parser takes for arguments when they are misspelt.
enum SubcommandNames {
  /// Checks the words at the start of the arguments that ought to name a subcommand.
  ///
  /// - Throws: `.usage` for the first unknown one, with the nearest name.
  static func require(_ arguments: [String]) throws(RecurError) {
    var command: any ParsableCommand.Type = RecurCommand.self
    var path = "recur"
    for word in arguments {
      let subcommands = command.configuration.subcommands
      if subcommands.isEmpty || word.hasPrefix("-") || word == "help" { return }
      let names = subcommands.map { $0._commandName }
      guard let index = names.firstIndex(of: word) else {
        let nearest = Suggestion.hint(for: word, among: names).map { $0 + " " } ?? ""
        throw RecurError(
          .usage, "'\(path)' has no command \"\(DisplayText.escaped(word))\"",
          hint: "\(nearest)there are: \(names.joined(separator: ", ")); see '\(path) --help'")
      }
      command = subcommands[index]
      path += " \(word)"
    }
  }
}

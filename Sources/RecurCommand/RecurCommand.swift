import ArgumentParser

@main
struct RecurCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "recur")
}

import ArgumentParser
import RecurFiles

/// How a command ends: an exit code, and what is said about it.
enum Failure {
  /// Says what went wrong in two lines, and gives the exit code.
  static func report(_ error: any Error) -> Int32 {
    switch error {
    case is OutputClosed: return 0
    case let interrupted as Interrupted: return Interruption.exitCode(of: interrupted.signal)
    case let error as RecurError:
      show(error)
      return error.kind.exitCode
    default: return reportParser(error)
    }
  }

  /// `error: …` and `hint: …`.
  static func show(_ error: RecurError) {
    let palette = Palette(askedColor, for: .error)
    let place = error.place.map { " (\($0))" } ?? ""
    StandardStream.error.show(
      palette.alarm("error:") + " " + oneLine(error.what) + place + "\n"
        + palette.advice("hint:") + " " + oneLine(error.hint) + "\n")
  }

  /// What `--color` says on the command line, which may be the one that cannot be read.
  private static var askedColor: ColorMode {
    let arguments = CommandLine.arguments.prefix { $0 != "--" }.flatMap { $0.split(separator: "=") }
    let value = arguments.firstIndex(of: "--color").map { arguments.dropFirst($0 + 1).first ?? "" }
    return value.flatMap { ColorMode(rawValue: String($0)) } ?? .auto
  }

  /// What the parser throws: a wrong command line, or text that was asked for (help, completions).
  private static func reportParser(_ error: any Error) -> Int32 {
    let code = RecurCommand.exitCode(for: error)
    guard code != .success else {
      do {
        try StandardStream.output.write(RecurCommand.fullMessage(for: error) + "\n")
        return 0
      } catch {
        return report(error)
      }
    }
    let full = RecurCommand.fullMessage(for: error)
    let message = RecurCommand.message(for: error)
    var hint =
      full.split(separator: "\n").last { $0.contains("See '") }.map { line in
        line.trimmingSpaces().replacingFirst("See", with: "see")
      } ?? "see 'recur --help'"
    // No flag has a space or begins with a digit; a text does.
    if message.hasPrefix("Unknown option '-"),
      message.dropFirst(17).prefix(1).allSatisfy(\.isNumber)
        || message.dropFirst(17).prefix(while: { $0 != "'" }).contains(" ")
    {
      hint = "put -- before a text that begins with a hyphen, or " + hint
    }
    show(RecurError(.usage, message, hint: hint))
    return code == .validationFailure ? RecurError.Kind.usage.exitCode : code.rawValue
  }

  /// A message without line breaks and controls.
  private static func oneLine(_ text: String) -> String {
    DisplayText.escaped(
      text.split(separator: "\n").map { $0.trimmingSpaces() }.joined(separator: " "), limit: 4000)
  }
}

extension StringProtocol {
  /// Without the spaces at both ends.
  func trimmingSpaces() -> String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

extension String {
  fileprivate func replacingFirst(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}

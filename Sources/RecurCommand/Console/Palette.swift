import ArgumentParser

/// Whether colours are wanted.
enum ColorMode: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// The few colours that Recur uses, each only where the stream can show it.
struct Palette {
  private let isColored: Bool

  /// Decides for one stream: the flag, then `NO_COLOR`, then `FORCE_COLOR`, then whether it is a
  /// terminal that is not dumb.
  init(_ mode: ColorMode = .auto, for stream: StandardStream) {
    switch mode {
    case .always: isColored = true
    case .never: isColored = false
    case .auto:
      if Environment.value("NO_COLOR") != nil {
        isColored = false
      } else if let force = Environment.value("FORCE_COLOR") ?? Environment.value("CLICOLOR_FORCE")
      {
        isColored = force != "0"
      } else {
        isColored = stream.isTerminal && Environment.value("TERM") != "dumb"
      }
    }
  }

  /// For what went wrong.
  func alarm(_ text: String) -> String { painted(text, "1;31") }
  /// For what to do next.
  func advice(_ text: String) -> String { painted(text, "36") }
  /// For what is not the point.
  func quiet(_ text: String) -> String { painted(text, "2") }
  /// For what is the point.
  func strong(_ text: String) -> String { painted(text, "1") }
  /// For a text that was given, to tell it from what was generated.
  func given(_ text: String) -> String { painted(text, "1;32") }

  private func painted(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

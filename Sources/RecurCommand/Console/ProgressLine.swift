import ArgumentParser
import Glibc

/// Where progress is shown.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never, plain
}

/// What a progress line says at a moment.
struct Progress {
  /// What is being done: `epoch 2/10`.
  var title: String
  /// The part that is done, from 0 to 1.
  var fraction: Double
  /// How far: `step 370/1000`.
  var position: String
  /// Seconds since the start.
  var elapsed: Double
  /// Seconds that are left, once there is something to judge by.
  var remaining: Double?
  /// Speed, loss and whatever else, in the order of importance.
  var details: [String]
}

/// One line on standard error that shows how far a long work is; on a pipe a plain line now and then.
final class ProgressLine {
  private enum Style { case none, live, plain }
  private let style: Style
  private let isQuiet: Bool
  private let unicode: Bool
  private var lastShown: Double?
  private var isDrawn = false

  /// Decides how to show progress.
  init(_ mode: ProgressMode, quiet: Bool) {
    unicode = Environment.hasUnicodeLocale
    isQuiet = quiet
    let terminal = StandardStream.error.isTerminal && Environment.value("TERM") != "dumb"
    switch mode {
    case _ where quiet: style = .none
    case .never: style = .none
    case .always: style = .live
    case .plain: style = .plain
    case .auto: style = terminal ? .live : .plain
    }
  }

  /// Shows where the work stands, if the last time is long enough ago: 0.1 s on a terminal, 10 s in
  /// plain lines.
  func update(force: Bool = false, _ progress: () -> Progress) {
    if style == .none { return }
    let now = MonotonicClock.seconds
    let interval = style == .live ? 0.1 : 10
    // The first plain line comes after an interval, not at once: short runs stay quiet.
    let last = lastShown ?? (style == .live ? -.infinity : now)
    if lastShown == nil { lastShown = last }
    guard force || now - last >= interval else { return }
    lastShown = now
    switch style {
    case .none: break
    case .plain: StandardStream.error.show(Self.plain(progress()) + "\n")
    case .live:
      let line = Self.live(progress(), width: StandardStream.error.width, unicode: unicode)
      StandardStream.error.show("\r\(line)\u{1B}[K")
      isDrawn = true
    }
  }

  /// Prints a line of its own above the progress, and where no progress is shown.
  func note(_ text: String) {
    if isQuiet { return }
    StandardStream.error.show((isDrawn ? "\r\u{1B}[K" : "") + text + "\n")
    isDrawn = false
  }

  /// Leaves the last state standing and goes to a new line.
  func finish() {
    if isDrawn { StandardStream.error.show("\n") }
    isDrawn = false
  }

  static func live(_ progress: Progress, width: Int, unicode: Bool) -> String {
    let percent = Int((min(max(progress.fraction, 0), 1) * 100).rounded(.down))
    let head =
      "\(progress.title): \(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0))\(percent)%"
    let remaining = progress.remaining.map(NumberText.duration) ?? "?"
    let times = "\(NumberText.duration(progress.elapsed))<\(remaining)"
    // A line as wide as the terminal makes some terminals wrap.
    let room = width - 1
    for count in stride(from: progress.details.count, through: 0, by: -1) {
      let tail =
        "\(progress.position) [\(([times] + progress.details.prefix(count)).joined(separator: ", "))]"
      let bar = min(room - head.count - tail.count - 3, 40)
      if bar >= 4 || (count == 0 && bar >= 1) {
        return "\(head)|\(drawnBar(progress.fraction, width: bar, unicode: unicode))| \(tail)"
      }
    }
    return String("\(head) \(times)".prefix(max(room, 0)))
  }

  static func plain(_ progress: Progress) -> String {
    let remaining = progress.remaining.map { ", \(NumberText.duration($0)) left" } ?? ""
    return
      "\(progress.title): \(Int(min(max(progress.fraction, 0), 1) * 100))%, \(progress.position), "
      + "\(NumberText.duration(progress.elapsed)) elapsed\(remaining)"
      + progress.details.map { ", \($0)" }.joined()
  }

  private static func drawnBar(_ fraction: Double, width: Int, unicode: Bool) -> String {
    let filled = min(max(fraction, 0), 1) * Double(width)
    let whole = Int(filled)
    var bar = String(repeating: unicode ? "█" : "#", count: whole)
    if whole < width {
      let eighths = Int((filled - Double(whole)) * 8)
      let partial: [Character] = unicode ? Array(" ▏▎▍▌▋▊▉") : Array(" 12345678").map { _ in " " }
      bar.append(partial[eighths])
      bar += String(repeating: " ", count: width - whole - 1)
    }
    return bar
  }
}
